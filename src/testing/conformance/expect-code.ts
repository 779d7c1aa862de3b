import assert from 'node:assert/strict'
import { type ErrorCode, isSignalboxError, reasonOf } from '../../core/contracts/errors.js'

/** Fails unless `attempt` rejects with a SignalboxError of this code. */
export async function expectRejection(
  code: ErrorCode,
  attempt: Promise<unknown>,
  what: string,
): Promise<void> {
  const outcome = await attempt.then(
    () => 'it succeeded',
    error => error as unknown,
  )
  expectCode(code, outcome, what)
}

/** Fails unless `attempt` throws a SignalboxError of this code. */
export function expectThrow(code: ErrorCode, attempt: () => unknown, what: string): void {
  let outcome: unknown = 'it succeeded'
  try {
    attempt()
  } catch (error) {
    outcome = error
  }
  expectCode(code, outcome, what)
}

function expectCode(code: ErrorCode, outcome: unknown, what: string): void {
  if (isSignalboxError(outcome, code)) return
  const got = isSignalboxError(outcome) ? outcome.code : 'no SignalboxError'
  assert.fail(`${what} has to fail with ${code}, and gave ${got}: ${reasonOf(outcome)}`)
}
