import { describe, expect, it } from 'vitest'
import {
  bySize,
  type ChooseTrack,
  type LaneSink,
  type Outcome,
  type Receipt,
} from '../../src/core/link/index.js'
import { bed } from './track-bed.js'

const NOTHING = new Uint8Array()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (message: Uint8Array): string => new TextDecoder().decode(message)

/** A receiver that writes down what it gets. */
function recorder(): LaneSink & { readonly got: string[] } {
  const got: string[] = []
  return { got, accept: message => void got.push(text(message)) }
}

/** A receiver that accepts nothing. */
function wall(): LaneSink & { readonly got: string[] } {
  const got: string[] = []
  return {
    got,
    accept: message => {
      got.push(text(message))
      return new Promise(() => {})
    },
  }
}

function outcomes(): Receipt & { readonly all: string[] } {
  const all: string[] = []
  return { all, settle: (outcome: Outcome) => void all.push(outcome.status) }
}

/** Messages that begin with a number take the track at that place. */
const largeOnSecond: ChooseTrack = bySize(100)

describe('order', () => {
  it('[I4] a large message on its way over another track stalls its own lane only', async () => {
    const sinks = { one: recorder(), two: recorder() }
    const laneOpened = (label: Uint8Array) => (text(label) === 'one' ? sinks.one : sinks.two)
    const { dialled, tracks, calm } = await bed(
      { link: { chooseTrack: largeOnSecond } },
      { host: { laneOpened } },
      2,
    )
    const [one, two] = [dialled.openLane(bytes('one')), dialled.openLane(bytes('two'))]
    for (const lane of [one, two]) void lane.send(NOTHING, bytes('first'))
    await calm()
    const slow = tracks[1]?.[1]
    if (slow === undefined) throw new Error('there is no second track')
    const large = 'x'.repeat(2500)
    void one.send(NOTHING, bytes(large))
    for (const lane of [one, two]) void lane.send(NOTHING, bytes('last'))
    await calm(slow)
    expect([sinks.one.got, sinks.two.got]).toEqual([['first'], ['first', 'last']])
    await calm()
    expect(sinks.one.got).toEqual(['first', large, 'last'])
  })

  it('[I4] a gap is a violation while there is one track, for nothing could fill it', async () => {
    const { dialled, taken, network, tracks, calm } = await bed()
    tracks[0]?.[0].send(Uint8Array.of(0x11, 0, 2, 120))
    await calm()
    expect(await taken.closed).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } })
    expect(network.deliverable).toEqual([])
    dialled.abort()
  })

  it('[I4] what waits for an earlier message is bounded by the credit', async () => {
    const { dialled, taken, tracks, calm } = await bed(
      {},
      { hello: { window: { messages: 4, bytes: 100 } } },
      2,
    )
    for (const sequence of [2, 3, 4]) tracks[0]?.[0].send(Uint8Array.of(0x11, 0, sequence, 120))
    await calm()
    expect(taken.ended).toBe(false)
    tracks[0]?.[0].send(Uint8Array.of(0x11, 0, 5, 120))
    await calm()
    expect(await taken.closed).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } })
    dialled.abort()
  })
})

describe('the last word', () => {
  const violation = (what: string) => ({
    error: { code: 'PROTOCOL_VIOLATION', message: expect.stringContaining(what) },
  })

  it('[I12] reaches who broke the rules on one track over another one', async () => {
    const { dialled, taken, tracks, calm, clock } = await bed({}, {}, 2)
    tracks[1]?.[0].send(new Uint8Array(5000))
    await calm()
    expect(await taken.closed).toMatchObject(violation('a frame of 5000 B'))
    expect(await dialled.closed).toMatchObject(violation('right ended the session'))
    expect(await dialled.closed).toMatchObject(violation('a frame of 5000 B'))
    expect(clock.pending).toBe(0)
  })

  it.each([
    ['[I12] why the session ends', 'PROTOCOL_VIOLATION'],
    ['that it is closed', undefined],
  ])('%s: takes the track that has room when the primary one has none', async (_what, code) => {
    const { dialled, taken, tracks, pass } = await bed({}, {}, 2, { capacity: 1 })
    const stuck = tracks[0]?.[1]
    if (stuck === undefined) throw new Error('there is no track')
    dialled.control.offer(NOTHING, bytes('x'), outcomes())
    if (code !== undefined) tracks[1]?.[1].send(bytes('?'))
    const closing = code === undefined ? dialled.close() : dialled.closed
    await pass(4000, stuck)
    await closing
    expect(await taken.closed).toMatchObject(
      code === undefined ? { by: 'peer' } : violation('left ended the session'),
    )
  })
})

describe('a track dies', () => {
  it.each([
    [1, 'the only one'],
    [2, 'one of two'],
    [3, 'one of three'],
  ])('[I6] %i: %s: what it carried leaves again on another one, once', async count => {
    const sink = recorder()
    const { dialled, taken, tracks, calm, join, left } = await bed(
      {},
      { host: { laneOpened: () => sink } },
      count,
    )
    const lane = dialled.openLane(bytes('x'))
    const receipt = outcomes()
    const words = ['one', 'two', 'three', 'four']
    for (const word of words) lane.offer(NOTHING, bytes(word), receipt)
    tracks[0]?.[1].deliver() // the lane's OPEN arrives, and one message
    tracks[0]?.[1].deliver()
    tracks[0]?.[0].cut(0)
    tracks[0]?.[0].notice()
    await calm()
    if (count === 1) {
      expect([dialled.stranded, left.stranded]).toEqual([true, 1])
      tracks[0]?.[1].notice()
      await calm()
      await join()
    }
    await calm()
    expect(sink.got).toEqual(words)
    expect(receipt.all).toEqual(words.map(() => 'accepted'))
    expect([dialled.ended, taken.ended, dialled.stranded]).toEqual([false, false, false])
  })

  it('[I6] what still comes from a track that was given up is ignored: it comes again on another one', async () => {
    const sink = recorder()
    const { dialled, tracks, calm } = await bed({}, { host: { control: sink } }, 2)
    const sent = ['one', 'two', 'three'].map(word => dialled.control.send(NOTHING, bytes(word)))
    const [mine, theirs] = tracks[0] ?? []
    mine?.notice() // the sender believes that it is dead, while all is on its way there
    if (theirs === undefined) throw new Error('there is no track')
    await calm(theirs)
    expect(sink.got).toEqual(['one', 'two', 'three'])
    await calm()
    await Promise.all(sent)
    expect(sink.got).toEqual(['one', 'two', 'three'])
  })

  it('leaves its frames to a track with smaller ones, in smaller parts', async () => {
    const sink = recorder()
    const window = { messages: 4, bytes: 50_000 }
    const limits = { maxFrame: 20_000, window }
    const { dialled, tracks, join, calm } = await bed(
      { hello: limits },
      { hello: limits, host: { control: sink } },
    )
    await join({ maxFrame: 4096 })
    const large = 'abcdefgh'.repeat(2000)
    const sent = dialled.control.send(NOTHING, bytes(large))
    tracks[0]?.[0].cut(0)
    tracks[0]?.[0].notice()
    await calm()
    await sent
    expect(sink.got).toEqual([large])
  })
})

describe('a track is retired', () => {
  it.each([1, 2, 3])('track %i of three drains under load, and no message is lost', async id => {
    const sink = recorder()
    let place = 0
    const chooseTrack: ChooseTrack = (_bytes, tracks) => tracks[place++ % tracks.length]
    const { dialled, taken, calm, tracks } = await bed(
      { link: { chooseTrack } },
      { host: { control: sink } },
      3,
    )
    const words = Array.from({ length: 200 }, (_, index) => `word ${index} ${'x'.repeat((index % 9) * 300)}`)
    const sent = words.map(word => dialled.control.send(NOTHING, bytes(word)))
    dialled.retire(id)
    await calm()
    await Promise.all(sent)
    expect(sink.got).toEqual(words)
    const left = [1, 2, 3].filter(track => track !== id)
    expect([dialled.tracks, taken.tracks]).toEqual([left, left])
    expect(await tracks[id - 1]?.[0].closed).toEqual(
      expect.objectContaining({ by: expect.stringMatching(/us|peer/) }),
    )
  })

  it('refuses to retire the only one', async () => {
    const { dialled } = await bed()
    expect(() => dialled.retire(1)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(() => dialled.retire(7)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    dialled.abort()
  })
})

describe('a session without a track', () => {
  it('[I8] ends at its deadline: what was sent is unknown, what never left is rejected', async () => {
    const sink = wall()
    const { dialled, taken, tracks, pass, calm } = await bed(
      {},
      { hello: { window: { messages: 2, bytes: 100 } }, host: { laneOpened: () => sink } },
    )
    const lane = dialled.openLane(bytes('x'))
    const sent = Promise.allSettled(['one', 'two', 'three'].map(word => lane.send(NOTHING, bytes(word))))
    await calm()
    tracks[0]?.[0].cut(0)
    for (const end of tracks[0] ?? []) end.notice()
    await calm()
    await pass(9500)
    expect([dialled.ended, taken.ended]).toEqual([false, false])
    await pass(500)
    expect([dialled.ended, taken.ended]).toEqual([true, true])
    const codes = (await sent).map(result => (result.status === 'rejected' ? result.reason.code : 'accepted'))
    expect(codes).toEqual(['PEER_LOST', 'PEER_LOST', 'CLOSED'])
    expect(await dialled.closed).toMatchObject({
      error: { code: 'PEER_LOST', message: expect.stringContaining('10000 ms') },
    })
  })

  it('[I8] what leaves again is at most what was granted', async () => {
    const { dialled, tracks, calm, join } = await bed(
      {},
      { hello: { window: { messages: 3, bytes: 100 } }, host: { laneOpened: wall } },
    )
    const lane = dialled.openLane(bytes('x'))
    for (let count = 0; count < 50; count++) lane.send(NOTHING, bytes('x')).catch(() => {})
    tracks[0]?.[0].cut(0)
    for (const end of tracks[0] ?? []) end.notice()
    await calm()
    let again = 0
    const joining = join()
    const fresh = tracks[1]?.[0]
    if (fresh !== undefined)
      fresh.watch = (direction, frame) => void (direction === 'sent' && frame[0] === 0x11 && again++)
    await joining
    expect(again).toBe(3)
    dialled.abort()
  })

  it('ends at once where it was not to be resumed, or where the peer is known to be dead', async () => {
    const one = await bed({ link: { resume: 0 } }, { link: { resume: 0 } })
    one.tracks[0]?.[0].cut(0)
    for (const end of one.tracks[0] ?? []) end.notice()
    await one.calm()
    expect([one.dialled.ended, one.taken.ended]).toEqual([true, true])
    const two = await bed()
    two.tracks[0]?.[0].cut(0)
    two.tracks[0]?.[0].notice()
    await two.calm()
    two.dialled.abort()
    expect(two.dialled.ended).toBe(true)
  })

  it('leaves no timer behind', async () => {
    const { dialled, taken, clock, calm } = await bed({}, {}, 3)
    await Promise.all([dialled.close(), calm()])
    await calm()
    expect([taken.ended, clock.pending]).toEqual([true, 0])
  })
})

describe('liveness', () => {
  it('[I11] a track that falls silent while the peer lives on others is given up', async () => {
    const sink = recorder()
    const { dialled, taken, tracks, pass } = await bed({}, { host: { control: sink } }, 2)
    tracks[0]?.[0].cut(0) // nobody is told
    const sent = dialled.control.send(NOTHING, bytes('over a dead track'))
    await pass(5000)
    expect([dialled.tracks, taken.tracks]).toEqual([[2], [2]])
    await sent
    expect(sink.got).toEqual(['over a dead track'])
  })

  it('[I11] a peer that stands still for less than the deadline is suspected, not terminated', async () => {
    const sink = recorder()
    const { dialled, taken, pass, calm, tracks, join, left } = await bed({}, { host: { control: sink } })
    const sent = dialled.control.send(NOTHING, bytes('patience'))
    await pass(5000, ...(tracks[0] ?? []))
    expect([dialled.stranded, dialled.ended, left.stranded]).toEqual([true, false, 1])
    await calm()
    await join()
    await sent
    expect([sink.got, taken.ended]).toEqual([['patience'], false])
  })

  it('[I11] an idle session over several tracks lives on', async () => {
    const { dialled, taken, pass } = await bed({}, {}, 3)
    await pass(60_000)
    expect([dialled.tracks, taken.tracks]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })
})
