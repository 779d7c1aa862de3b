/** A piece of memory that two processes have mapped. */
export interface Segment {
  readonly buffer: ArrayBufferLike
  /** Lets go of it; nobody reads or writes there afterwards. Closing twice is harmless. */
  close(): void
}
