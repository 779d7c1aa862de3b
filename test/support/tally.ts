import type { TestContext } from 'vitest'

/**
 * What the running test does and what comes of it, counted while it runs: `npm run test:storm` ends with a table of that, and any run
 * in which the test fails with its row, whose seed repeats it.
 * @param counts what there is to count, and how much of it there is before the first
 * @returns the counts, which are the test's to change
 */
export function tallied<Name extends string>(
  { task }: TestContext,
  seed: number,
  counts: Record<Name, number>,
): Record<Name, number> {
  task.meta.tally = { seed, counts }
  return counts
}
