import fc from 'fast-check'
import { scaled } from '../support/scale.js'

/** `SIGNALBOX_SEED=<seed>` repeats a run of the property tests. */
const seed = Number(process.env['SIGNALBOX_SEED'] ?? (Math.random() * 0x8000_0000) >>> 0)
console.info(`property tests: seed ${seed}`)

/** Holds `predicate` to many values; a failure names the smallest one found, and the seed. */
export function holds<T>(values: fc.Arbitrary<T>, predicate: (value: T) => void, normal = 300): void {
  const property = fc.property(values, value => {
    predicate(value)
  })
  fc.assert(property, { seed, numRuns: scaled(normal, normal * 100) })
}
