/** Set by `npm run test:storm`, which runs the same tests with larger counts. */
export const storm = Boolean(process.env['SIGNALBOX_STORM'])

/** ms since the epoch; `test:storm --minutes M` sets it. Without it a storm runs its whole counts. */
export const deadline = Number(process.env['SIGNALBOX_STORM_DEADLINE'] ?? Number.POSITIVE_INFINITY)

/** How often something is repeated: `normal` in `npm test`, `large` in `npm run test:storm`. */
export const scaled = (normal: number, large: number): number => (storm ? large : normal)

/**
 * ms that a test may take before it counts as hung, with room for a loaded machine: for tests that start many processes, or try
 * chance many times. A storm takes as long as what it was asked to do.
 */
export const patience = scaled(300_000, 24 * 3_600_000)

/**
 * Counts from 0 to `scaled(normal, large)`, and stops early when the storm's minutes are over.
 * @param share how much of the minutes that are left may be used, from 0 to 1; the rest is for others. @default 1
 */
export function* rounds(normal: number, large: number, share = 1): Generator<number> {
  const count = scaled(normal, large)
  const now = Date.now()
  const end = now + share * (deadline - now)
  for (let round = 0; round < count; round += 1) {
    if (storm && Date.now() > end) return
    yield round
  }
}
