/** What one round of one entrant showed. */
export interface Sample {
  /** What was done: messages that arrived, questions that were answered, actors that were started. */
  readonly count: number
  /** ms from the first to the last of them. */
  readonly time: number
  /** µs of CPU that all processes of the entrant took meanwhile; absent where it means nothing. */
  readonly cpu?: number
  /** µs, where each one was timed. */
  readonly latency?: Latency
  /** Whatever else the workload looks at, each under the name that its {@link Measure} has. */
  readonly measured?: Readonly<Record<string, number>>
}

/** How long single ones took, in µs. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** What the rounds of an entrant come to: medians of each figure. */
export interface Figures {
  readonly rounds: number
  /** How many in a round. */
  readonly count: number
  /** A second. */
  readonly rate: number
  /** The lowest and the highest rate of a round. */
  readonly spread: readonly [number, number]
  /** µs each. */
  readonly cpu?: number
  readonly latency?: Latency
  readonly measured?: Readonly<Record<string, number>>
}

/** Medians of all rounds; there is at least one. */
export function figuresOf(samples: readonly Sample[]): Figures {
  const rates = samples.map(({ count, time }) => (count / time) * 1000).sort((a, b) => a - b)
  const cpu = medianOf(samples, ({ cpu, count }) => cpu && cpu / count)
  const p50 = medianOf(samples, ({ latency }) => latency?.p50)
  const p99 = medianOf(samples, ({ latency }) => latency?.p99)
  const p999 = medianOf(samples, ({ latency }) => latency?.p999)
  const names = Object.keys(samples[0]?.measured ?? {})
  const measured = Object.fromEntries(
    names.map(name => [name, medianOf(samples, sample => sample.measured?.[name]) ?? 0]),
  )
  return {
    rounds: samples.length,
    count: samples[0]?.count ?? 0,
    rate: quantile(rates, 0.5),
    spread: [rates[0] ?? 0, rates.at(-1) ?? 0],
    ...(cpu !== undefined && { cpu }),
    ...(p50 !== undefined && p99 !== undefined && p999 !== undefined && { latency: { p50, p99, p999 } }),
    ...(names.length > 0 && { measured }),
  }
}

/** The quantiles that are looked at, of single times in µs. Sorts `times`. */
export function latencyOf(times: Float64Array): Latency {
  times.sort()
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), p999: quantile(times, 0.999) }
}

/** The smallest of `sorted` that `share` of them do not exceed. */
function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

function medianOf(samples: readonly Sample[], figure: (sample: Sample) => number | undefined) {
  const values = samples.map(figure).filter(value => value !== undefined)
  return values.length === 0
    ? undefined
    : quantile(
        values.sort((a, b) => a - b),
        0.5,
      )
}
