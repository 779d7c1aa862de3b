import type { TestContext } from 'vitest'

/**
 * Skips the running test unless `condition` holds, and records why. The reason names the capability
 * that is missing, such as `mailslot: flowControl is none`; in CI a skip without one is a failure.
 */
export function skipUnless(context: TestContext, condition: boolean, reason: string): void {
  if (condition) return
  context.task.meta.capability = reason
  context.skip(reason)
}

/** The opposite: skips the running test when `condition` holds. */
export function skipWhen(context: TestContext, condition: boolean, reason: string): void {
  skipUnless(context, !condition, reason)
}
