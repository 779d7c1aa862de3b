import { connectionPair, type PairedConnection } from '../../../src/testing/index.js'
import { SegmentConnection } from '../../../src/transports/segment/connection/segment-connection.js'
import { ControlLine } from '../../../src/transports/segment/control-line.js'
import { type Sizes, segmentBytes, type Way, waysOf } from '../../../src/transports/segment/layout.js'
import { smallSizes } from './way.js'

/** Two ends over one piece of this process's memory. */
export interface ConnectionBed {
  readonly dialler: SegmentConnection
  readonly listener: SegmentConnection
  /** How often each let go of the memory. */
  readonly closes: { dialler: number; listener: number }
  /** Bells that either rang. */
  readonly bells: () => number
}

export function connectionBed(sizes: Sizes = smallSizes): ConnectionBed {
  const [near, far] = connectionPair()
  const buffer = new ArrayBuffer(segmentBytes(sizes))
  const closes = { dialler: 0, listener: 0 }
  return {
    dialler: endOf('dialler', near, buffer, sizes, () => closes.dialler++),
    listener: endOf('listener', far, buffer, sizes, () => closes.listener++),
    closes,
    bells: () => near.sent.length + far.sent.length,
  }
}

/** An honest listener, and all that its peer can do: write anywhere, say anything. */
export interface HostileBed {
  readonly victim: SegmentConnection
  /** The peer's end of the control connection. */
  readonly control: PairedConnection
  /** What the victim reads from, and what it writes to. */
  readonly reads: Way
  readonly writes: Way
  readonly memory: Uint8Array
}

/** @param buffer what lies between them. @default memory of its own */
export function hostileBed(
  sizes: Sizes = smallSizes,
  buffer: ArrayBufferLike = new ArrayBuffer(segmentBytes(sizes)),
): HostileBed {
  const [ours, control] = connectionPair()
  const { there, back } = waysOf(buffer, sizes)
  const victim = endOf('listener', ours, buffer, sizes, () => {})
  return { victim, control, reads: there, writes: back, memory: new Uint8Array(buffer) }
}

function endOf(
  role: 'dialler' | 'listener',
  connection: PairedConnection,
  buffer: ArrayBufferLike,
  sizes: Sizes,
  close: () => void,
): SegmentConnection {
  return new SegmentConnection({
    name: `the ${role}`,
    role,
    control: new ControlLine(connection),
    segment: { buffer, close },
    sizes,
    clock: { now: () => performance.now() },
  })
}

/** Lets the event loop turn, for as long as anything could still happen by itself. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}
