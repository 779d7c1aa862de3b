import { SegmentFrame } from '../segment/segment-frame.js'

/** A message of a ring, which is lent to a reader: a large one in place, a small one as a copy of the reader's own. */
export class BroadcastMessage extends SegmentFrame {
  /** How many messages before this one the reader has lost, because it was too slow for the policy `drop`. */
  lost = 0
}
