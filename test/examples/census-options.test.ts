import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOptions, UsageError } from '../../examples/census/options.js'

describe('the command line of the census', () => {
  it('needs nothing', () => {
    expect(readOptions([])).toEqual({
      folder: resolve('node_modules'),
      workers: 2,
      transports: [undefined],
      check: false,
      kill: false,
    })
  })

  it('names several transports with commas, for one run each', () => {
    expect(readOptions(['--transport', 'tcp,memory'])?.transports).toEqual(['tcp', 'memory'])
  })

  it('may ask for help', () => {
    expect(readOptions(['--help'])).toBeUndefined()
  })

  it.each([
    [['--speed', '9'], '--speed'],
    [['folder'], 'folder'],
    [['--workers', '0'], '--workers 0'],
    [['--workers', 'two'], '--workers two'],
    [['--kill', '--workers', '1'], '--workers 2'],
    [['--kill', '--transport', 'tcp,memory'], 'memory'],
  ])('is refused with a reason: %j', (args, reason) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(reason)
  })
})
