import { describe, expect, it } from 'vitest'
import { aborted, isSignalboxError, reasonOf, SignalboxError } from '../../../src/core/contracts/index.js'

describe('an error', () => {
  const cause = new Error('no such file')
  const error = new SignalboxError('SYSTEM', 'cannot read it', { cause })

  it('has a code, a text, a cause and a stack', () => {
    expect(error).toBeInstanceOf(Error)
    expect({ name: error.name, code: error.code, message: error.message }).toEqual({
      name: 'SignalboxError',
      code: 'SYSTEM',
      message: 'cannot read it',
    })
    expect(error.cause).toBe(cause)
    expect(error.stack).toContain('errors.test.ts')
  })

  it('without a cause has none', () => {
    expect('cause' in new SignalboxError('CLOSED', 'x')).toBe(false)
  })

  it('is told from others by its class and its code', () => {
    expect(isSignalboxError(error)).toBe(true)
    expect(isSignalboxError(error, 'CLOSED', 'SYSTEM')).toBe(true)
    expect(isSignalboxError(error, 'CLOSED')).toBe(false)
    expect(isSignalboxError({ ...error })).toBe(false)
    expect(isSignalboxError(undefined)).toBe(false)
  })

  it('gives the text of whatever was thrown', () => {
    expect([cause, 'text', 7, undefined].map(reasonOf)).toEqual(['no such file', 'text', '7', 'undefined'])
  })

  it('for one who gave up has his reason', () => {
    const signal = AbortSignal.abort('enough')
    expect(aborted('connect to tcp://a:1', signal)).toMatchObject({
      code: 'ABORTED',
      message: 'connect to tcp://a:1: given up by its caller',
      cause: 'enough',
    })
  })
})
