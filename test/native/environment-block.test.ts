import { expect, it } from 'vitest'
import { environmentBlock } from '../../src/native/win32/environment-block.js'

/** The variables of a block. */
function variablesOf(block: Buffer): string[] {
  const text = block.toString('utf16le')
  expect(text.endsWith('\0')).toBe(true)
  return text.slice(0, -1).split('\0').slice(0, -1)
}

it('an environment of Windows is in the order of its names, whatever their case', () => {
  const block = environmentBlock({ zinc: '3', Beer: '2', ale: '1', NOTHING: undefined, EMPTY: '' }, {})
  expect(variablesOf(block)).toEqual(['ale=1', 'Beer=2', 'EMPTY=', 'zinc=3'])
})

it('of names that differ in their case only, the last one counts', () => {
  expect(variablesOf(environmentBlock({ Path: 'a', PATH: 'b' }, {}))).toEqual(['PATH=b'])
})

it('has what programs cannot do without, unless it is given', () => {
  const own = { SYSTEMROOT: 'C:\\windows', TEMP: 'C:\\temp', OTHER: 'x' }
  expect(variablesOf(environmentBlock({ Temp: 'D:\\' }, own))).toEqual([
    'SYSTEMROOT=C:\\windows',
    'Temp=D:\\',
  ])
})

it('ends twice, also when it is empty', () => {
  expect(environmentBlock({ A: 'b' }, {})).toEqual(Buffer.from('A=b\0\0', 'utf16le'))
  expect(environmentBlock({}, {})).toEqual(Buffer.from('\0\0', 'utf16le'))
})
