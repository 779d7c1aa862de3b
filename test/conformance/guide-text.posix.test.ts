import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const text = (path: string) => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8')

/** The parts of a spec between `#region name` and `#endregion`. */
function regionsOf(spec: string): Map<string, string> {
  const regions = spec.matchAll(/^\/\/ #region (\S+)\n([\s\S]*?)^\/\/ #endregion$/gm)
  return new Map([...regions].map(([, name = '', code = '']) => [name, code.trim()]))
}

test('the guide to testing a transport shows code that these tests run', () => {
  const guide = text('docs/testing-a-transport.md')
  const shown = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code.trim())
  const run = regionsOf(text('test/conformance/guide.posix.test.ts'))
  expect(shown).toEqual([...run.values()])
})

test('the guide names every option of the suite, every member of a target, and every kind of aspect', () => {
  const guide = text('docs/testing-a-transport.md')
  const sources = ['conformance', 'conformance-target'].map(name =>
    text(`src/testing/conformance/${name}.ts`),
  )
  const interfaces = sources
    .join('\n')
    .match(/export interface Conformance(?:Options|Target) \{[\s\S]*?^\}/gm)
  const members = interfaces?.join('\n').matchAll(/^ {2}(?:readonly )?(\w+)(?:\?|\(\))?:/gm) ?? []
  const names = [...members].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(8)
  for (const name of names) expect(guide).toContain(`\`${name}\``)
})
