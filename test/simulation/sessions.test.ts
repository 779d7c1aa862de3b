import { describe, expect, it } from 'vitest'
import { establishLink, type Link } from '../../src/core/link/index.js'
import { SeededRandom } from '../../src/testing/seeded-random.js'
import { ScriptedNetwork } from '../../src/testing/simulation/index.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { bed, calm, Node, turn } from './track-bed.js'

const NOTHING = new Uint8Array()
const ignore = { accept: () => {} }

const codeOf = (error: unknown): string => String((error as { code?: string } | undefined)?.code)
const causeOf = (error: unknown): string => codeOf((error as Error).cause)

describe('both dial at once', () => {
  it('[I9] in any order of events both sides keep the session of the lower one, and both callers get it', async () => {
    const seed = Date.now() % 1_000_000
    console.log(`seed ${seed}`)
    for (let round = 0; round < 300; round++) {
      const random = new SeededRandom(seed + round)
      const network = new ScriptedNetwork()
      const clock = new VirtualClock()
      const [left, right] = [new Node('left', clock), new Node('right', clock)]
      const [first, second] = [network.connect(), network.connect()]
      for (const accepted of [right.accept(first[1]), left.accept(second[1])]) accepted.catch(() => {})
      const dials = Promise.all([left.dial('right', first[0]), right.dial('left', second[0])])
      for (let ends = network.deliverable; ends.length > 0; ends = network.deliverable) {
        ends[random.below(ends.length)]?.deliver()
        await turn()
      }
      const [mine, theirs] = await dials
      expect(mine.session.token, `seed ${seed + round}`).toEqual(theirs.session.token)
      expect([mine.session.role, theirs.session.role]).toEqual(['dialler', 'listener'])
      expect([left.links.length, right.links.length]).toEqual([1, 1])
      for (const link of [mine, theirs]) link.abort()
      await turn()
      expect(clock.pending).toBe(0)
    }
  })

  it('[I9] the loser is told to use the other session; where that never begins, its caller hears so', async () => {
    const network = new ScriptedNetwork()
    const clock = new VirtualClock()
    const [left, right] = [new Node('left', clock), new Node('right', clock)]
    const [lost, taken] = [network.connect(), network.connect()]
    left.accept(taken[1]).catch(() => {})
    left.dial('right', lost[0]).catch(() => {}) // nobody is there to hear it
    const dial = right.dial('left', taken[0])
    const ending = expect(dial).rejects.toMatchObject({ code: 'TIMEOUT' })
    await calm(network)
    clock.advance(5000)
    await ending
  })
})

describe('a further track', () => {
  it('[I9] joins by the token of the session, wherever it comes from', async () => {
    const { dialled, taken, join } = await bed()
    expect(await join()).toBe(2)
    expect(await join()).toBe(3)
    expect([dialled.tracks, taken.tracks]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  it.each<[string, Partial<Pick<Link['key'], 'token' | 'key'>>, string]>([
    ['a token that nobody knows', { token: new Uint8Array(16) }, 'CLOSED'],
    ['a key that is wrong', { key: new Uint8Array(16) }, 'AUTHENTICATION_FAILED'],
  ])('[I9] with %s is refused, and the session goes on', async (_, wrong, code) => {
    const { dialled, taken, left, right, network } = await bed()
    const [mine, theirs] = network.connect()
    const stranger = { ...joinable(dialled), key: { ...dialled.key, ...wrong } } as Link
    const meeting = Promise.allSettled([left.join(stranger, mine), right.accept(theirs)])
    await calm(network)
    const [joined, accepted] = await meeting
    const errors = [joined, accepted].map(result =>
      result.status === 'rejected' ? result.reason : undefined,
    )
    expect(errors.flatMap(error => [codeOf(error), causeOf(error)])).toContain(code)
    expect([dialled.ended, taken.tracks]).toEqual([false, [1]])
    dialled.abort()
  })

  it('[I6] with a number that was used is refused', async () => {
    const { dialled, taken, left, right, network, join } = await bed()
    await join()
    const [mine, theirs] = network.connect()
    const forgetful = { ...joinable(dialled), issueTrack: () => 2 } as Link
    const meeting = Promise.allSettled([left.join(forgetful, mine), right.accept(theirs)])
    await calm(network)
    expect((await meeting).map(result => result.status)).toEqual(['rejected', 'rejected'])
    expect(taken.tracks).toEqual([1, 2])
  })

  it('whose last word was lost is given up by both sides', async () => {
    const { dialled, taken, left, right, network, calm: settle, join } = await bed()
    const [mine, theirs] = network.connect()
    right.accept(theirs).catch(() => {})
    const joining = left.join(dialled, mine)
    const ending = expect(joining).rejects.toMatchObject({ code: 'SYSTEM' })
    await settle(mine)
    mine.deliver() // JOINED
    await turn()
    await settle(mine)
    expect(taken.tracks).toEqual([1, 2])
    mine.cut(0) // READY never arrives
    mine.notice()
    theirs.notice()
    await ending
    await settle()
    expect([dialled.tracks, taken.tracks]).toEqual([[1], [1]])
    const sent = dialled.control.send(NOTHING, NOTHING)
    expect(await join()).toBe(3)
    await sent
  })
})

describe('half-open', () => {
  it('[I10] a new session of the same life ends the old one, of which the peer knows nothing any more', async () => {
    const { dialled, taken, left, right, network, tracks } = await bed()
    tracks[0]?.[0].cut(0)
    dialled.abort() // the other side does not hear of it
    await turn()
    const [mine, theirs] = network.connect()
    const meeting = Promise.all([left.dial('right', mine), right.accept(theirs)])
    await calm(network)
    const [again, accepted] = await meeting
    expect(again.session.epoch).toBeGreaterThan(dialled.session.epoch)
    expect(await taken.closed).toMatchObject({ error: { code: 'PEER_LOST' } })
    expect(accepted.ended).toBe(false)
  })

  it('[I10] an older hello is refused, and the session goes on', async () => {
    const { dialled, taken, left, right, network } = await bed()
    const [mine, theirs] = network.connect()
    const host = () => ({ control: ignore, replies: ignore, laneOpened: () => ignore })
    const { sessions: _, ...options } = left.options
    const late = establishLink('dialler', mine, 'message', left.context, { ...options, epoch: 0 }, host)
    const meeting = Promise.allSettled([late, right.accept(theirs)])
    await calm(network)
    const [dial, accepted] = await meeting
    expect(dial).toMatchObject({ reason: { code: 'HANDSHAKE_REFUSED' } })
    expect(accepted.status).toBe('rejected')
    expect([dialled.ended, taken.ended]).toEqual([false, false])
  })
})

describe('another life of the peer', () => {
  it('[I1] ends the session with the earlier one; nothing of it crosses over', async () => {
    const got: string[] = []
    const host = { control: { accept: (message: Uint8Array) => void got.push(String(message)) } }
    const { dialled, left, right, network, tracks, clock } = await bed({}, { host })
    tracks[0]?.[0].cut(0)
    const sent = dialled.control.send(NOTHING, Uint8Array.of(1))
    const lost = expect(sent).rejects.toMatchObject({ code: 'PEER_LOST' })
    const reborn = new Node('right', clock, { life: 2, host })
    const [mine, theirs] = network.connect()
    const meeting = Promise.all([reborn.dial('left', mine), left.accept(theirs)])
    await calm(network)
    const [link] = await meeting
    await lost
    expect([dialled.ended, link.ended, got]).toEqual([true, false, []])
    void right
  })
})

/** What joining asks of a link, so that a test may change some of it. */
function joinable(link: Link): Partial<Link> {
  return {
    key: link.key,
    maxFrame: link.maxFrame,
    issueTrack: () => link.issueTrack(),
    attach: (...track) => link.attach(...track),
  }
}
