import { SignalboxError } from '../contracts/index.js'

const overflowPolicies = ['latest', 'drop-oldest', 'drop-newest', 'error', 'unbounded'] as const

/**
 * What a subscription does with values that come faster than its subscriber takes them. RxJS has no way to
 * ask a publisher to wait, so a plain subscription must say what may be lost:
 * - `latest`: only the newest is kept
 * - `drop-oldest`, `drop-newest`: a buffer is kept, and one of its ends given up
 * - `error`: the subscription errors with `OVERFLOW`
 * - `unbounded`: everything is kept, whatever it takes
 */
export type Overflow = (typeof overflowPolicies)[number]

/** Options of `observe`. */
export interface ObserveOptions {
  readonly overflow: Overflow
  /** Values that are kept; `latest` keeps 1. @default 256 */
  readonly buffer?: number
}

/**
 * How many values a subscription keeps.
 * @throws SignalboxError `CONFIG_INVALID` for a policy that there is not, or a buffer that keeps nothing
 */
export function keptValues(topic: string, { overflow, buffer = 256 }: ObserveOptions): number {
  if (!overflowPolicies.includes(overflow) || !(buffer >= 1)) {
    const why = `overflow is one of ${overflowPolicies.join(', ')}, and a buffer keeps at least 1`
    throw new SignalboxError(
      'CONFIG_INVALID',
      `observe ${topic} with overflow ${overflow} and a buffer of ${buffer}: ${why}`,
    )
  }
  if (overflow === 'latest') return 1
  return overflow === 'unbounded' ? Number.POSITIVE_INFINITY : buffer
}
