// A peer that shakes hands as it should, and then says what the test wants:
// `rule-breaker.js <RuleBreakerSetup as JSON>`. Each order is a session of its own; told back is why that ended.
import { randomBytes } from 'node:crypto'
import { parseAddress, reasonOf } from 'signalbox'
import { createTestContext } from 'signalbox/testing'
import { establishLink, type LaneSink } from '#dist/core/link/index.js'
import { completed } from '#dist/core/tracks/index.js'
import { transportOf } from './transport-of.js'

/** The node that has to bear it. */
export interface RuleBreakerSetup {
  /** The runtime folder. */
  readonly folder: string
  readonly namespace: string
  readonly secret: string
  readonly address: string
}

/** Begins a session as the node `node`, and says `frames` as soon as it stands. */
export interface RuleBreakerOrder {
  readonly node: string
  readonly frames: readonly Uint8Array[]
}

export type RuleBreakerReport =
  | { readonly event: 'ready' }
  | { readonly event: 'failed'; readonly why: string }
  /** How its session ended, as it heard. */
  | { readonly event: 'ended'; readonly code: string; readonly message: string }

const setup = JSON.parse(process.argv[2] ?? '{}') as RuleBreakerSetup
const context = createTestContext(setup.folder)
const address = parseAddress(setup.address)
const transport = completed(await transportOf(address.scheme))
const ignore: LaneSink = { accept: () => {} }

process.on('disconnect', () => process.exit(0))
process.on('message', (order: RuleBreakerOrder) => {
  session(order).then(tell, (error: unknown) => tell({ event: 'failed', why: reasonOf(error) }))
})
tell({ event: 'ready' })

async function session({ node, frames }: RuleBreakerOrder): Promise<RuleBreakerReport> {
  const connection = await transport.connect(address, context)
  const hello = {
    node,
    namespace: setup.namespace,
    incarnation: randomBytes(16),
    codecs: ['msgpack'],
    window: { messages: 16, bytes: 65_536 },
    lanes: 16,
    maxFrame: 65_536,
    maxMessage: 65_536,
    heartbeat: 5000,
  }
  const options = { hello, epoch: 1, secret: new TextEncoder().encode(setup.secret) }
  const host = () => ({ control: ignore, replies: ignore, laneOpened: () => ignore })
  const link = await establishLink('dialler', connection, 'stream', context, options, host)
  for (const frame of frames) connection.send(withLength(frame))
  const reason = await link.closed
  if (reason.by !== 'fault') return { event: 'ended', code: reason.by, message: '' }
  return { event: 'ended', code: reason.error.code, message: reason.error.message }
}

/** As frames are on a stream. */
function withLength(frame: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(4 + frame.length)
  whole.writeUInt32LE(frame.length)
  whole.set(frame, 4)
  return whole
}

function tell(report: RuleBreakerReport): void {
  if (process.connected) process.send?.(report)
}
