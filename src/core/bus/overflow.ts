/**
 * What a subscription does with values that come faster than its subscriber takes them. RxJS has no way to
 * ask a publisher to wait, so a plain subscription must say what may be lost:
 * - `latest`: only the newest is kept
 * - `drop-oldest`, `drop-newest`: a buffer is kept, and one of its ends given up
 * - `error`: the subscription errors with `OVERFLOW`
 * - `unbounded`: everything is kept, whatever it takes
 */
export type Overflow = 'latest' | 'drop-oldest' | 'drop-newest' | 'error' | 'unbounded'

/** Options of `observe`. */
export interface ObserveOptions {
  readonly overflow: Overflow
  /** Values that are kept; `latest` keeps 1. @default 256 */
  readonly buffer?: number
}
