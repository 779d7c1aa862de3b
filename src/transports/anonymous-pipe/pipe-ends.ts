import type { PipeEnd } from './pipe-end.js'

/** What one side of a connection has: an end to read from, one to write to, or both, of two pipes. */
export class PipeEnds {
  constructor(
    readonly incoming: PipeEnd | undefined,
    readonly outgoing: PipeEnd | undefined,
  ) {}

  /** Closes what nobody uses yet. Closing twice is harmless. */
  close(): void {
    this.incoming?.close()
    this.outgoing?.close()
  }
}
