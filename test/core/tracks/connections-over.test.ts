import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Connection,
  type Endpoint,
  type Listener,
  type PacketTransport,
  parseAddress,
} from '../../../src/core/contracts/index.js'
import { PacketKind } from '../../../src/core/tracks/conversation-packet.js'
import { connectionsOver } from '../../../src/core/tracks/index.js'
import { broadcastOnly, lossy } from '../../../src/testing/awkward/index.js'
import { PacketHub } from '../../../src/testing/awkward/packet-hub.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { Collected, nextConnection } from './collected.js'

const context = createTestContext(tmpdir())
const turn = () => new Promise(resolve => setImmediate(resolve))

describe('connections over packets', () => {
  let packets: PacketTransport
  let listener: Listener
  /** Somebody in the same group who hears, and can repeat, everything. */
  let stranger: Endpoint
  let heard: Uint8Array[]

  beforeEach(async () => {
    packets = broadcastOnly()
    const address = packets.nodeAddress('test', 'shop')
    listener = await connectionsOver(packets).listen(address, context)
    stranger = await packets.open(address, context)
    heard = []
    stranger.packets$.subscribe(({ bytes }) => heard.push(bytes))
  })

  afterEach(async () => {
    await listener.close()
    await stranger.close()
  })

  async function pair(at = context): Promise<[Connection, Connection]> {
    const accepted = nextConnection(listener)
    const dialled = await connectionsOver(packets).connect(listener.address, at)
    return [dialled, await accepted]
  }

  it('carry frames both ways, each to its own connection', async () => {
    const pairs = [await pair(), await pair()]
    const all = pairs.flat()
    const got = all.map(end => new Collected(end))
    all.forEach((end, index) => {
      end.send(Buffer.from(`from ${index}`))
    })
    expect(await Promise.all(got.map(each => each.until(1)))).toEqual([
      ['from 1'],
      ['from 0'],
      ['from 3'],
      ['from 2'],
    ])
    for (const end of all) end.abort()
  })

  it('copy frames that were only lent to them, and have to wait for a sink', async () => {
    const [dialled, accepted] = await pair()
    for (const frame of ['first', 'second']) dialled.send(Buffer.from(frame))
    for (let count = 0; count < 5; count += 1) await turn()
    expect(await new Collected(accepted).until(2)).toEqual(['first', 'second'])
    dialled.abort()
  })

  it('ignore what a stranger repeats once their connection is over: it carries the ids of an earlier one', async () => {
    const [dialled, accepted] = await pair()
    new Collected(accepted)
    dialled.send(Buffer.from('pay'))
    await dialled.close()
    await accepted.closed
    const earlier = heard.splice(0)
    let arrived = 0
    const arriving = listener.connections$.subscribe(() => arrived++)
    const [again, acceptedAgain] = await pair()
    const got = new Collected(acceptedAgain)
    for (const packet of earlier) stranger.send(packet, 'all')
    again.send(Buffer.from('once'))
    expect(await got.until(1)).toEqual(['once'])
    expect(arrived).toBe(1)
    arriving.unsubscribe()
    again.abort()
  })

  it('are not made twice for a dialler whose first packet comes once more, after it is served', async () => {
    const clock = new VirtualClock() // stands still: the dialler itself repeats nothing
    const [dialled, accepted] = await pair({ ...context, clock })
    const [open] = heard
    heard.length = 0
    stranger.send(open ?? Buffer.of(), 'all')
    const got = new Collected(accepted)
    dialled.send(Buffer.from('after it'))
    await got.until(1)
    for (let count = 0; count < 5; count += 1) await turn()
    expect(heard.length).toBe(1) // the frame, and no second answer
    dialled.abort()
  })

  it('[I12] are remembered at their listener for a bounded number of diallers only, the latest', async () => {
    const clock = new VirtualClock() // stands still: nobody is forgotten because of time
    const busy = await connectionsOver(packets).listen(packets.nodeAddress('test', 'busy'), {
      ...context,
      clock,
    })
    busy.connections$.subscribe(connection => connection.abort())
    const watcher = await packets.open(busy.address, context)
    const opens: Uint8Array[] = []
    let accepts = 0
    watcher.packets$.subscribe(({ bytes }) => {
      if (bytes[0] === PacketKind.open) opens.push(bytes)
      if (bytes[0] === PacketKind.accept) accepts += 1
    })
    const most = 1024
    for (let dialled = 0; dialled < most + 10; dialled += 1)
      (await connectionsOver(packets).connect(busy.address, context)).abort()
    expect(clock.pending).toBe(most)
    await turn()
    const answered = accepts
    watcher.send(opens.at(-1) ?? Buffer.of(), 'all')
    for (let count = 0; count < 5; count += 1) await turn()
    expect(accepts).toBe(answered)
    watcher.send(opens.at(0) ?? Buffer.of(), 'all')
    for (let count = 0; count < 5; count += 1) await turn()
    expect(accepts).toBe(answered + 1)
    await busy.close()
    expect(clock.pending).toBe(0)
    await watcher.close()
  })

  it('end politely: what was sent arrives, then each side hears who closed', async () => {
    const [dialled, accepted] = await pair()
    const got = new Collected(accepted)
    for (const word of ['one', 'two']) dialled.send(Buffer.from(word))
    await dialled.close()
    expect(await accepted.closed).toEqual({ by: 'peer' })
    expect(got.frames).toEqual(['one', 'two'])
    expect(await dialled.closed).toEqual({ by: 'us' })
  })

  it('outlive their listener, whose name is free at once', async () => {
    const [dialled, accepted] = await pair()
    await listener.close()
    const got = new Collected(accepted)
    dialled.send(Buffer.from('still here'))
    expect(await got.until(1)).toEqual(['still here'])
    listener = await connectionsOver(packets).listen(listener.address, context)
    dialled.abort()
  })

  it('are given up with NO_LISTENER when nobody answers, and leave nothing behind', async () => {
    await listener.close()
    const patient = connectionsOver(packets, { patience: 50 })
    await expect(patient.connect(listener.address, context)).rejects.toMatchObject({ code: 'NO_LISTENER' })
  })

  it('[I12] end with OVERFLOW rather than keep for a paused reader whatever comes', async () => {
    const [dialled, accepted] = await pair()
    accepted.pause()
    accepted.receive(() => {})
    let over = false
    void accepted.closed.then(() => {
      over = true
    })
    for (; !over; await turn()) dialled.send(new Uint8Array(60_000))
    expect(await accepted.closed).toMatchObject({ by: 'fault', error: { code: 'OVERFLOW' } })
    dialled.abort()
  })

  it('[I12] do not mind bytes that are no packets of theirs', async () => {
    const [dialled, accepted] = await pair()
    const got = new Collected(accepted)
    const noise = [
      [],
      [1],
      [1, 2, 3],
      [9, ...Array(30).fill(7)],
      [2, ...Array(40).fill(255)],
      [1, ...Array(2000).fill(65)],
    ]
    for (const bytes of noise) stranger.send(Uint8Array.from(bytes), 'all')
    dialled.send(Buffer.from('well'))
    expect(await got.until(1)).toEqual(['well'])
    dialled.abort()
  })
})

describe('connections over packets that tell when nobody is there', () => {
  const patience = 3_600_000
  let packets: PacketTransport

  beforeEach(() => {
    const capabilities = lossy().describe(parseAddress('lossy://./shop'))
    const summary = 'Packets within one process whose sender hears that nobody is there; for tests.'
    packets = new PacketHub({
      name: 'telling',
      summary,
      capabilities,
      tellsAbsence: true,
      fate: () => [0],
    })
  })

  it('are not waited for where nobody listens', async () => {
    const dial = connectionsOver(packets, { patience }).connect(packets.nodeAddress('test', 'shop'), context)
    await expect(dial).rejects.toMatchObject({
      code: 'NO_LISTENER',
      message: expect.stringContaining('nobody is at'),
    })
  })

  it('end when their peer is gone without a word', async () => {
    let dialling: Endpoint | undefined
    const open = packets.open.bind(packets)
    const listener = await connectionsOver(packets).listen(packets.nodeAddress('test', 'shop'), context)
    packets.open = async (...how) => {
      const endpoint = await open(...how)
      dialling ??= endpoint // its own; the listener's comes after it
      return endpoint
    }
    const accepted = nextConnection(listener)
    const dialled = await connectionsOver(packets, { patience }).connect(listener.address, context)
    const served = await accepted
    await dialling?.close()
    served.send(Buffer.from('still there?'))
    expect(await served.closed).toMatchObject({
      by: 'fault',
      error: { code: 'NO_LISTENER', message: expect.stringContaining('nobody is at') },
    })
    await dialled.closed
    await listener.close()
  })
})
