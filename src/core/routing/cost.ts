/** What messages cost over one mechanism on this machine. */
export interface Cost {
  /** Microseconds until a small message is at the other side. */
  readonly latency: number
  /** Microseconds for each of many small messages, one right after the other. */
  readonly perMessage: number
  /** Of large messages. */
  readonly bytesPerSecond: number
  /** Where the figures come from: a calibration, or what is usual for such mechanisms. */
  readonly basis: 'measured' | 'typical'
}

/** Microseconds that each byte of a message adds, where frames of at most `maxFrame` bytes carry it. */
export function microsecondsPerByte({ bytesPerSecond, perMessage }: Cost, maxFrame: number): number {
  return 1e6 / bytesPerSecond + perMessage / maxFrame
}

/** Costs that differ by a smaller factor may be equal: two measurements of one mechanism differ as much. */
export const NOISE = 1.25

/** Microseconds until a message of `size` bytes is at the other side. */
export function microsecondsFor(cost: Cost, size: number, maxFrame: number): number {
  return cost.latency + size * microsecondsPerByte(cost, maxFrame)
}
