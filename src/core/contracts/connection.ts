import type { Observable } from 'rxjs'
import type { SignalboxError } from './errors.js'

/** Gives back what was kept with {@link Frame.retain}; calling it twice is harmless. */
export type Release = () => void

/**
 * What a connection hands to its sink. Both the frame and its bytes are **lent**: they are valid
 * until the sink returns, and test builds overwrite them afterwards. {@link LentFrame} is one.
 */
export interface Frame {
  /** The frame's bytes as a view, which is made when it is first asked for. */
  readonly bytes: Uint8Array
  /** The memory that the frame lies in, from `start` to before `end`: whoever reads there needs no view. */
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
  /**
   * Keeps the bytes valid until the release is called: in place where the track can, else as a
   * copy that takes their place. Read `bytes`, or `buffer`, `start` and `end`, again after the call.
   */
  retain(): Release
}

/** Receives frames, one at a time, never re-entrantly. It must not throw. */
export type FrameSink = (frame: Frame) => void

/** What this connection can do now; may change while it lives. */
export interface Limits {
  /** The largest frame in bytes; `Infinity` where nothing limits it. */
  readonly maxFrame: number
}

/** Who the peer is, and who says so. */
export interface PeerIdentity {
  readonly pid: number | undefined
  readonly user: { readonly by: 'kernel' | 'claimed'; readonly id: string } | { readonly by: 'none' }
}

/** Why a connection ended. */
export type CloseReason =
  | { readonly by: 'us' } // close() was called here
  | { readonly by: 'peer' } // the peer closed, or died where the mechanism cannot tell
  | { readonly by: 'fault'; readonly error: SignalboxError } // broken pipe, reset, protocol fault

/** One association with one peer over one mechanism. */
export interface Connection {
  /**
   * Takes a frame, or says `full`: then nothing was taken and {@link writable$} tells when to try again.
   * The bytes are the caller's again when it returns; an implementation copies what it cannot write at once.
   * After close it says `full` forever.
   * @throws SignalboxError `FRAME_TOO_LARGE` over `limits.maxFrame`.
   */
  send(frame: Uint8Array): 'sent' | 'full'
  /** Emits when a `send` that was refused may be tried again; completes at close. */
  readonly writable$: Observable<void>
  /**
   * Starts reading into `sink`. There is one sink; what arrives before there is one waits at the source.
   * @throws SignalboxError `CLOSED` when there is a sink already.
   */
  receive(sink: FrameSink): void
  /** Stops reading at the source: the peer's `send` will say `full` sooner or later, where the track has flow control. */
  pause(): void
  /** Reads again. */
  resume(): void
  /**
   * Present where what is sent waits for the end of the turn, so that it travels together: what was sent leaves now.
   * For those who wake somebody with it, as a mechanism does whose control connection carries its bell.
   */
  flush?(): void
  /** Resolves once, when no frame will come or go any more; it never rejects. */
  readonly closed: Promise<CloseReason>
  readonly remote: PeerIdentity
  readonly limits: Limits
  /** Lets everything that was sent leave, then closes; resolves when it has. Closing twice is harmless. */
  close(): Promise<void>
  /**
   * Ends at once, without waiting for what was sent. For peers that broke the rules or fell silent.
   * @param error what `closed` reports; without it the reason is `us`.
   */
  abort(error?: SignalboxError): void
  /** Present where a sender can write in place. */
  readonly inPlace?: InPlaceSender
  /**
   * Present where the track itself holds a frame until the peer took it, as a ring in shared memory does: then
   * nobody needs copies of what may have to leave again on another track, and frames of up to `limits.maxFrame` need
   * no memory that is not there anyway. Yields the frames that were sent and not certainly taken, oldest first, each
   * lent until the next one is asked for. Frames that the peer received may be among them, but none that it did not
   * may be missing: one is taken when the peer's sink has returned. To be called once, after `abort` or in the turn in
   * which `closed` resolved.
   */
  untaken?(): Iterable<Uint8Array>
}

/** The extension of a track that lets a sender write straight into its buffer. */
export interface InPlaceSender {
  /** What `reserve` gives places in. It may be another one after each `reserve`; nothing else in it may be touched. */
  readonly room: Uint8Array
  /**
   * Where in `room` a frame of up to `length` bytes may lie, or -1 when the track is full: then `writable$` tells
   * when to try again. The place is the caller's until `commit` or the next call on this connection.
   * @throws SignalboxError `FRAME_TOO_LARGE` over `limits.maxFrame`.
   */
  reserve(length: number): number
  /** Sends the first `length` bytes of what was reserved. */
  commit(length: number): void
  /**
   * Present where what was committed stays in `room` for a while: has `listener` called before the memory is used for
   * anything else. For the one who keeps copies of frames, and makes them of many at once.
   */
  beforeReuse?(listener: () => void): void
}
