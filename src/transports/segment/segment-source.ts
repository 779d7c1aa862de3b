import type { TransportContext } from '../../core/contracts/index.js'
import type { Segment } from './segment.js'

/** Memory that the peer opens by its name. */
export interface NamedSegment extends Segment {
  readonly name: string
  /** Removes the name: from then on nobody else can open it, and nothing is left behind. Harmless twice. */
  unlink(): void
}

/** Where the memory of connections comes from. */
export interface SegmentSource {
  /** Creates memory of this process. @throws SignalboxError `LIMIT_EXCEEDED` without room; `TRANSPORT_UNAVAILABLE`, `SYSTEM` */
  create(bytes: number): NamedSegment
  /** Opens the peer's. @throws SignalboxError `NO_LISTENER` where there is none; `ACCESS_DENIED`, `LIMIT_EXCEEDED`, `SYSTEM` */
  open(name: string): NamedSegment
  /** Removes the name of memory that {@link create} made, as soon as the peer has opened it. Harmless twice. */
  unlink(segment: NamedSegment): void
  /** Removes what this user's processes that are gone have left behind. */
  sweep(): Promise<void>
}

/** A transport whose frames lie in segments: what tells it from others of its kind. */
export interface SegmentKind {
  /** The transport's name. */
  readonly scheme: string
  /** One sentence for people. */
  readonly summary: string
  /** Whether the selector may choose it unasked. */
  readonly auto: boolean
  readonly sourceFor: (context: Pick<TransportContext, 'runtimeFolder'>) => SegmentSource
}
