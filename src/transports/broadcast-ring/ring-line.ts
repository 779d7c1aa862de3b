import { type Address, type Connection, formatAddress } from '../../core/contracts/index.js'
import { ControlLine } from '../segment/control-line.js'
import type { Meeting } from '../segment/introduce.js'
import { HeardRing, type HeardRingOptions } from './heard-ring.js'
import { introduce } from './introduction.js'
import type { OwnRing } from './own-ring.js'

/** Who is at the other end of a control connection: it hears our ring, or we hear its, or both. */
export interface RingPeer {
  readonly line: ControlLine
  /** Its ring, if it has one. */
  readonly heard: HeardRing | undefined
  readonly pid: number | undefined
}

/** How two sides get to hear each other. */
export interface RingMeeting extends Omit<Meeting, 'line'> {
  /** How messages call the ring. */
  readonly name: string
  /** Ours, which the other side is to hear. */
  readonly own?: OwnRing | undefined
  readonly sink: HeardRingOptions['sink']
}

/** Where the writer of the ring of that name meets its readers. */
export const ringPlace = (name: string): Address =>
  formatAddress({ scheme: 'broadcast-ring', host: '.', path: `ring/${name}` })

/**
 * Makes a peer of whoever is at the other end of `control`, which carries the bells of both rings from here on, and
 * whose end is the peer's. Its ring is delivered when it is resumed.
 * @throws SignalboxError like `introduce`
 */
export async function meet(
  control: Connection,
  { own, sink, name, ...meeting }: RingMeeting,
): Promise<RingPeer> {
  const line = new ControlLine(control)
  const offer = own?.join(line)
  const leave = () => {
    if (typeof offer === 'object') own?.leave(offer.seat)
  }
  void line.closed.then(leave)
  const ring = await introduce({ ...meeting, line }, offer)
  const heard =
    ring && new HeardRing({ name, offer: ring, segment: ring.segment, sink, ring: () => line.ring() })
  line.onBell(
    () => {
      own?.lookForRoom()
      heard?.woken()
    },
    () => line.abort(),
  )
  void line.closed.then(() => heard?.writerGone())
  void heard?.ended.then(reason => {
    // Who was killed left the name of its memory: nobody else would take it away before the next ring is made.
    if (reason.by === 'fault' && reason.error.code === 'PEER_LOST') ring?.segment.unlink()
  })
  return { line, heard, pid: line.remote.pid }
}
