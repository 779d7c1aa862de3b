import { expect } from 'vitest'
import { type ErrorCode, isSignalboxError, type SignalboxError } from '../../src/core/contracts/index.js'

/** Runs what must fail with `code`, and returns the error. */
export function failsWith(code: ErrorCode, run: () => unknown): SignalboxError {
  try {
    run()
  } catch (error) {
    expect(isSignalboxError(error) ? error.code : error).toBe(code)
    return error as SignalboxError
  }
  throw new Error(`this should have failed with ${code}`)
}
