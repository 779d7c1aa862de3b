import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../src/cli/line-splitter.js'

const textOf = (line: Uint8Array) => Buffer.from(line).toString('latin1')

describe('lines of a stream', () => {
  it('are the same however the stream is cut', () => {
    const characters = fc.constantFrom('a', 'b', '\r', '\n')
    const pieces = fc.array(fc.string({ unit: characters, maxLength: 8 }))
    fc.assert(
      fc.property(pieces, cut => {
        const splitter = new LineSplitter()
        const lines = cut.flatMap(piece => splitter.push(Buffer.from(piece)).map(textOf))
        lines.push(...splitter.end().map(textOf))
        const whole = cut.join('').split('\n')
        if (whole.at(-1) === '') whole.pop() // what follows the last line feed is no line unless there is something
        expect(lines).toEqual(whole.map(line => line.replace(/\r$/, '')))
      }),
    )
  })

  it('own what they hold of a piece that was only lent', () => {
    const splitter = new LineSplitter()
    const lent = Buffer.from('begin')
    splitter.push(lent)
    lent.fill(0xdb)
    expect(splitter.push(Buffer.from('ning\n')).map(textOf)).toEqual(['beginning'])
  })

  it('end somewhere', () => {
    const splitter = new LineSplitter()
    const piece = Buffer.alloc(16 * 1024 * 1024, 'x')
    for (let held = 0; held < 4; held++) splitter.push(piece)
    expect(() => splitter.push(piece)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
  })
})
