import { onTestFinished } from 'vitest'

/** Looks once a turn until `holds` does, or the running test is over: one that failed must not spin on. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  let over = false
  onTestFinished(() => {
    over = true
  })
  while (!over && !(await holds())) await new Promise(setImmediate)
}
