import { expect, it } from 'vitest'
import { SignalboxError } from '../../../src/core/contracts/index.js'
import { SizeWatch } from '../../../src/core/link/size-watch.js'
import { noTraffic } from '../../../src/core/link/traffic.js'
import { FurtherTracks, type SessionOfTracks } from '../../../src/core/node/further-tracks.js'
import { connectionPair, type PairedConnection } from '../../../src/testing/connection-pair.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { settle } from '../link/link-pair.js'
import { candidate } from '../routing/candidates.js'

const MINUTE = 60_000
const pipe = candidate('pipe')
const ring = candidate('ring')

/** A session of which the first track is there, and whose plan wants one over a ring from 1000 bytes on. */
async function session() {
  const clock = new VirtualClock()
  const sizes = new SizeWatch()
  const tracks = new Map<
    number,
    { over: string; traffic: ReturnType<typeof noTraffic>; connection: PairedConnection }
  >()
  const log: string[] = []
  const joins: string[] = []
  let highest = 0
  let works = true
  const add = (over: string) => {
    const id = ++highest
    const [connection] = connectionPair()
    tracks.set(id, { over, traffic: noTraffic(), connection })
    void connection.closed.then(() => tracks.delete(id))
    return { id, connection }
  }
  const link: SessionOfTracks['link'] = {
    closed: new Promise(() => {}),
    get tracks() {
      return [...tracks.keys()]
    },
    get ways() {
      return [...tracks.values()].map(({ over, traffic }) => ({ transport: over, address: '', ...traffic }))
    },
    trafficOf: id => tracks.get(id)?.traffic,
    messageOf: (bytes, signal) => sizes.next(bytes, signal),
    retire: id => tracks.get(id)?.connection.abort(),
  }
  const further = new FurtherTracks(
    { node: 'shop', link },
    {
      context: { clock, log: { debug: () => {}, warn: message => log.push(message) } },
      async join({ transport }) {
        joins.push(transport)
        if (!works) throw new SignalboxError('NO_LISTENER', 'there is no room')
        return add(transport)
      },
    },
  )
  further.keep(add('pipe'), pipe, pipe, [{ over: ring, from: 1000 }])
  await settle()
  return {
    clock,
    log,
    joins,
    further,
    over: () => [...tracks.values()].map(track => track.over),
    /** A message of so many bytes leaves, on the track over a ring if there is one. */
    async message(bytes: number) {
      for (const { over, traffic } of tracks.values()) if (over === 'ring') traffic.sent.messages++
      sizes.saw(bytes)
      await settle()
    },
    async pass(ms: number) {
      await settle()
      clock.advance(ms)
      await settle()
    },
    lose: (name: string) => [...tracks.values()].find(({ over }) => over === name)?.connection.abort(),
    break: () => {
      works = false
    },
  }
}

it('a further track is opened when the first message needs it', async () => {
  const { message, over, further, clock } = await session()
  await message(999)
  expect(over()).toEqual(['pipe'])
  await message(1000)
  expect(over()).toEqual(['pipe', 'ring'])
  await message(1000)
  expect(over()).toEqual(['pipe', 'ring'])
  further.stop()
  expect(clock.pending).toBe(1) // it goes with its track
})

it('a track that is lost comes back without another message', async () => {
  const { message, over, lose, pass } = await session()
  await message(1000)
  lose('ring')
  await pass(0)
  expect(over()).toEqual(['pipe', 'ring'])
})

it('a further track that nothing took for a minute is let go, until the next message needs it', async () => {
  const { message, over, pass, joins } = await session()
  await message(1000)
  await message(1)
  await pass(MINUTE)
  expect(over()).toEqual(['pipe', 'ring'])
  await pass(MINUTE)
  expect(over()).toEqual(['pipe'])
  await pass(10 * MINUTE)
  expect(joins).toEqual(['ring'])
  await message(1000)
  expect(over()).toEqual(['pipe', 'ring'])
})

it('the only track is not let go', async () => {
  const { message, over, pass, lose, break: breakDown } = await session()
  await message(1000)
  breakDown()
  lose('pipe')
  for (let minute = 0; minute < 5; minute++) await pass(MINUTE)
  expect(over()).toEqual(['ring'])
})

it('a track that cannot be had is tried again ever more seldom, and the log says so once', async () => {
  const { message, log, joins, pass, over, break: breakDown } = await session()
  breakDown()
  for (let second = 0; second < 100; second++) {
    await message(1000)
    await pass(1000)
  }
  expect(over()).toEqual(['pipe'])
  expect(joins.length).toBe(7) // at once, and after 1, 2, 4, … seconds
  expect(log).toEqual([`the session with shop goes on without a track over ${ring.address.href}`])
})
