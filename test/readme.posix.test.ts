import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { completed } from '../scripts/readme.mjs'
import { builtinTransports } from '../src/composition/builtin-transports.js'

it('the README quotes the examples and the descriptors as they are; `npm run readme` brings it up to date', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toBe(completed(readme, builtinTransports()))
})
