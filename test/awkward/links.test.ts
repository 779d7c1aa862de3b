import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import type { AnyTransport, Connection, Listener, TransportContext } from '../../src/core/contracts/index.js'
import { establishLink, type LaneSink, type Link } from '../../src/core/link/index.js'
import { completed } from '../../src/core/tracks/index.js'
import {
  blockingSend,
  broadcastOnly,
  lossy,
  noCloseNotice,
  simplex,
  singleSlot,
  tinyFrames,
} from '../../src/testing/awkward/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { optionsOf } from '../core/link/link-pair.js'
import { scaled } from '../support/scale.js'
import { tallied } from '../support/tally.js'

const seed = Date.now() % 1_000_000
const KIB = 1024

interface Awkward {
  readonly transport: () => AnyTransport
  /** Bytes of the large message. */
  readonly large: number
}

const awkward: Readonly<Record<string, Awkward>> = {
  simplex: { transport: simplex, large: 1024 * KIB },
  lossy: { transport: () => lossy({ seed }), large: 1024 * KIB },
  'tiny-frames': { transport: tinyFrames, large: 256 * KIB },
  'single-slot': { transport: singleSlot, large: 1024 * KIB },
  'blocking-send': { transport: () => blockingSend({ seed }), large: 1024 * KIB },
  'no-close-notice': { transport: noCloseNotice, large: 1024 * KIB },
  'broadcast-only': { transport: broadcastOnly, large: 1024 * KIB },
}

const MESSAGES = scaled(inject('project') === 'wine' ? 2000 : 10_000, 100_000)
const NOTHING = new Uint8Array()

let context: TransportContext
let listener: Listener | undefined
const links: Link[] = []

beforeEach(async () => {
  context = createTestContext(await mkdtemp(join(tmpdir(), 'sb-')))
})

afterEach(async () => {
  for (const link of links.splice(0)) link.abort()
  await listener?.close()
  await rm(context.runtimeFolder, { recursive: true, force: true })
})

/** Two links over a completed transport, and what each of them gets. */
async function linked({ transport: make }: Awkward, heartbeat = 5000) {
  const transport = completed(make())
  const address = transport.nodeAddress('test', 'listener')
  listener = await transport.listen(address, context)
  const accepted = new Promise<Connection>(resolve => listener?.connections$.subscribe(resolve))
  const dialled = await transport.connect(address, context)
  const got = { dialler: new Receiver(), listener: new Receiver() }
  const link = async (role: 'dialler' | 'listener', connection: Connection) => {
    const { boundaries } = transport.describe(address)
    const hello = {
      window: { messages: 1024, bytes: 1024 * KIB },
      maxFrame: 256 * KIB,
      maxMessage: 2048 * KIB,
    }
    const options = optionsOf(role, { hello: { ...hello, heartbeat } })
    const sink = got[role]
    const host = { control: sink, replies: sink, laneOpened: () => sink }
    const made = await establishLink(role, connection, boundaries, context, options, () => host)
    links.push(made)
    return made
  }
  const [dialler, listening] = await Promise.all([
    link('dialler', dialled),
    accepted.then(end => link('listener', end)),
  ])
  return { dialler, listener: listening, got, connections: { dialled, accepted: await accepted } }
}

/** Accepts messages at once and checks that they come in order. */
class Receiver implements LaneSink {
  count = 0
  lengths: number[] = []
  outOfOrder = 0

  accept(message: Uint8Array): void {
    if (message.length !== 4) {
      this.lengths.push(message.length)
      return
    }
    if (Buffer.from(message).readUInt32BE() !== this.count) this.outOfOrder++
    this.count++
  }
}

async function sendNumbers(link: Link, count: number): Promise<void> {
  const lane = link.openLane(NOTHING)
  let sent: Promise<void>[] = []
  for (let number = 0; number < count; number++) {
    const message = Buffer.alloc(4)
    message.writeUInt32BE(number)
    sent.push(lane.send(NOTHING, message))
    if (sent.length < 2000) continue
    await Promise.all(sent)
    sent = []
  }
  await Promise.all(sent)
}

describe.each(Object.entries(awkward))('a link over %s', (_, it_) => {
  it(`carries ${MESSAGES} messages both ways, each once and in order`, async test => {
    const tally = tallied(test, seed, { overtaken: 0, messages: 0 })
    const { dialler, listener, got } = await linked(it_)
    await Promise.all([sendNumbers(dialler, MESSAGES), sendNumbers(listener, MESSAGES)])
    for (const { count, outOfOrder } of [got.dialler, got.listener]) {
      tally.messages += count
      tally.overtaken += outOfOrder
      expect({ count, outOfOrder }).toEqual({ count: MESSAGES, outOfOrder: 0 })
    }
    await dialler.close()
    expect(await listener.closed).toEqual({ by: 'peer' })
  })

  it('carries large messages both ways', async () => {
    const { dialler, listener, got } = await linked(it_)
    const large = new Uint8Array(it_.large)
    await Promise.all([dialler, listener].map(link => link.openLane(NOTHING).send(NOTHING, large)))
    expect([got.dialler.lengths, got.listener.lengths]).toEqual([[it_.large], [it_.large]])
  })

  it('ends on both sides when one is cut in the middle of its work', async () => {
    const { dialler, listener, got } = await linked(it_, 200)
    const sending = Promise.allSettled([sendNumbers(dialler, 3000), sendNumbers(listener, 3000)])
    while (got.listener.count < 100 && !listener.ended) await new Promise(resolve => setImmediate(resolve))
    dialler.abort()
    expect((await listener.closed).by).not.toBe('us')
    await sending
  })

  it('finds nobody where nobody listens, and does once somebody does', async () => {
    const raw = it_.transport()
    const transport = completed(raw)
    const address = transport.nodeAddress('test', 'nobody')
    const impatient = completed(raw, { patience: 200 })
    await expect(impatient.connect(address, context)).rejects.toMatchObject({ code: 'NO_LISTENER' })
    listener = await transport.listen(address, context)
    const accepted = new Promise<Connection>(resolve => listener?.connections$.subscribe(resolve))
    const connection = await transport.connect(address, context)
    connection.abort()
    ;(await accepted).abort()
  })
})
