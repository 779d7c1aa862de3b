import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countAlone, differences } from '../../examples/census/check.js'
import { countFile } from '../../examples/census/count.js'
import { totalOf } from '../../examples/census/counts.js'
import { Tally } from '../../examples/census/tally.js'

const count = (text: string, path = 'a.js') => countFile(path, Buffer.from(text))

describe('a file is counted', () => {
  it.each([
    ['nothing at all', '', 0, 0],
    ['a line that is not ended', 'one', 1, 1],
    ['a line that is ended', 'one\n', 1, 1],
    ['empty lines', '\n\n\n', 3, 0],
    ['lines as Windows ends them', 'a\r\nb\r\n', 2, 2],
    ['words and signs', 'a += 12;', 1, 5],
    ['signs without spaces', 'f(x,$y_1)', 1, 6],
    ['words beyond ASCII', 'grüße, 世界', 1, 3],
  ])('%s', (_name, text, lines, tokens) => {
    const bytes = Buffer.byteLength(text)
    expect(count(text)).toEqual({ language: 'JavaScript', files: 1, lines, tokens, bytes })
  })

  it('by bytes only, when it is binary', () => {
    expect(count('one\0two\n')).toEqual({ language: 'Binary', files: 1, lines: 0, tokens: 0, bytes: 8 })
  })

  it.each([
    ['lib/index.d.ts', 'TypeScript'],
    ['README.MD', 'Markdown'],
    ['index.js.map', 'Source map'],
    ['LICENSE', 'Other text'],
    ['a.folder/file', 'Other text'],
  ])('under the language of its name: %s', (path, language) => {
    expect(count('text', path).language).toBe(language)
  })

  it('and its tokens are what a pattern finds', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'Z', '9', '_', '$', '+', '(', ' ', '\n', '\t', 'ü', '世'),
    })
    fc.assert(
      fc.property(text, sample => {
        const found = sample.match(/[\w$ü世]+|[^\s\w$ü世]/g) ?? []
        expect(count(sample).tokens).toBe(found.length)
      }),
    )
  })
})

describe('counts add up', () => {
  const files = [count('a b\n', 'x.js'), count('c', 'y.js'), count('# d\n', 'z.md')]

  it('by language, in any order', () => {
    const { counts } = new Tally(files)
    expect(counts).toEqual([
      { language: 'JavaScript', files: 2, lines: 2, tokens: 3, bytes: 5 },
      { language: 'Markdown', files: 1, lines: 1, tokens: 2, bytes: 4 },
    ])
    expect(new Tally(files.toReversed()).counts).toEqual(counts)
  })

  it('to a total', () => {
    expect(totalOf(files)).toEqual({ language: 'all', files: 3, lines: 3, tokens: 5, bytes: 9 })
  })

  it('and what differs is named, figure by figure', () => {
    const [, ...less] = files
    expect(differences(new Tally(files).counts, new Tally(files).counts)).toEqual([])
    expect(differences(new Tally(less).counts, new Tally(files).counts)).toEqual([
      'JavaScript: 1 files were counted, and there are 2',
      'JavaScript: 1 lines were counted, and there are 2',
      'JavaScript: 1 tokens were counted, and there are 3',
      'JavaScript: 1 bytes were counted, and there are 5',
    ])
    expect(differences(files.slice(0, 0), less)).toHaveLength(8)
  })

  it('over all files of a folder', async () => {
    const counts = await countAlone(import.meta.dirname)
    expect(counts.map(({ language }) => language)).toEqual(['TypeScript'])
    expect(totalOf(counts).tokens).toBeGreaterThan(100)
  })
})
