import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { msgpack } from '../../../src/codecs/msgpack.js'
import { request } from '../../../src/core/contracts/index.js'
import { establishLink, type Link } from '../../../src/core/link/index.js'
import { ContractTable } from '../../../src/core/node/contract-table.js'
import { PeerSession } from '../../../src/core/node/peer-session.js'
import { connectionPair } from '../../../src/testing/connection-pair.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { bytes, hostOf, NOTHING, optionsOf } from '../link/link-pair.js'

const Echo = request('echo', { input: z.string(), output: z.string() })

/** A session of the node `right` with a peer that says what a test wants: the other end of its link. */
async function strangePeer(): Promise<{ session: PeerSession; peer: Link }> {
  const clock = new VirtualClock()
  const [its, ours] = connectionPair()
  const surroundings = {
    self: 'right',
    services: new Map([['actor', { open: () => ({ tell() {}, ask() {} }) }]]),
    contracts: new ContractTable(),
    codecs: new Map([['msgpack', msgpack()]]),
    interests: () => [],
    patience: 1000,
    clock,
    log: createTestContext(tmpdir()).log,
  }
  let session: PeerSession | undefined
  const [peer] = await Promise.all([
    establishLink('dialler', its, 'message', { clock, random: new SeededRandom(1) }, optionsOf('left'), () =>
      hostOf(),
    ),
    establishLink(
      'listener',
      ours,
      'message',
      { clock, random: new SeededRandom(2) },
      optionsOf('right'),
      greeting => {
        session = new PeerSession(surroundings, greeting)
        return session.host
      },
    ),
  ])
  if (session === undefined) throw new Error('there is no session')
  return { session, peer }
}

describe('[I12] a peer that proved who it is, and whose words make no sense', () => {
  let session: PeerSession
  let peer: Link

  beforeEach(async () => {
    ;({ session, peer } = await strangePeer())
  })

  afterEach(() => peer.abort())

  it.each<[string, string, () => Promise<void>]>([
    ['on the control lane', 'no control message', () => peer.control.send(NOTHING, bytes('?'))],
    ['behind a control message', 'behind the end', () => peer.control.send(NOTHING, Uint8Array.of(3, 1, 1))],
    ['in an answer', 'no kind of answer', () => peer.replies.send(NOTHING, bytes('??'))],
    [
      'before a message to an actor',
      'no kind of message',
      () => peer.openLane(bytes('actor desk')).send(NOTHING, bytes('?')),
    ],
  ])('%s loses its session, and both sides hear why', async (_where, why, say) => {
    const asked = session.ask('actor till', new ContractTable().register(Echo), 'text', {})
    const [said, answer] = await Promise.allSettled([say(), asked])
    const violation = { code: 'PROTOCOL_VIOLATION', message: expect.stringContaining(why) }
    expect(await session.link.closed).toMatchObject({ by: 'fault', error: violation })
    expect(await peer.closed).toMatchObject({ by: 'fault', error: violation })
    expect(answer).toMatchObject({ reason: { code: 'PEER_LOST', cause: violation } })
    expect(said).toMatchObject({ reason: { code: 'PEER_LOST', cause: violation } })
  })
})
