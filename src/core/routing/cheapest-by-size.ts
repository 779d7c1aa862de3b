import { type Cost, microsecondsPerByte, NOISE } from './cost.js'

/** What is priced by the sizes of messages. */
export interface Priced {
  readonly cost: Cost
  /** Bytes of its largest frame. */
  readonly maxFrame: number
}

/** From how many bytes on something is the cheapest, up to where the next one is. */
export interface Stretch<T> {
  readonly from: number
  readonly item: T
}

/**
 * Who is the cheapest for which sizes, from 0 bytes on. One that is nowhere the cheapest does not occur; of equals
 * the first one does. What a message costs is a straight line over its size, so each has one stretch at most.
 */
export function cheapestBySize<T extends Priced>(items: readonly T[]): Stretch<T>[] {
  const stretches: Stretch<T>[] = []
  let from = 0
  let current = items.reduce<T | undefined>(
    (best, item) => (best === undefined || isBelow(item, best) ? item : best),
    undefined,
  )
  while (current !== undefined) {
    stretches.push({ from, item: current })
    const next = overtaker(items, current)
    from = next?.from ?? from
    current = next?.item
  }
  return stretches
}

/** From how many bytes on `a` costs less than `b` beyond all doubt; undefined where it never does. */
export function clearlyCheaperFrom(a: Priced, b: Priced): number | undefined {
  const ahead = NOISE * a.cost.latency - b.cost.latency
  const gain = slope(b) - NOISE * slope(a)
  if (gain <= 0) return ahead < 0 ? 0 : undefined
  return Math.max(0, Math.ceil(ahead / gain))
}

/** Whether `a` is cheaper than `b` where messages have no size, or as cheap and cheaper soon after. */
function isBelow(a: Priced, b: Priced): boolean {
  return a.cost.latency < b.cost.latency || (a.cost.latency === b.cost.latency && slope(a) < slope(b))
}

/** Who is first to become cheaper than `current` as messages grow. */
function overtaker<T extends Priced>(items: readonly T[], current: T): Stretch<T> | undefined {
  let first: Stretch<T> | undefined
  for (const item of items) {
    if (slope(item) >= slope(current)) continue
    const from = Math.ceil((item.cost.latency - current.cost.latency) / (slope(current) - slope(item)))
    const isFirst =
      first === undefined || from < first.from || (from === first.from && slope(item) < slope(first.item))
    if (isFirst) first = { from, item }
  }
  return first
}

const slope = ({ cost, maxFrame }: Priced) => microsecondsPerByte(cost, maxFrame)
