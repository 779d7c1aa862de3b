import { afterAll, test } from 'vitest'
import { type ConformanceTarget, conformance, registerConformance } from '../../src/testing/index.js'
import { skipUnless } from './capability.js'
import { scaled } from './scale.js'

/** Declares every case of the conformance suite as a test of this file. */
export function testConformance(target: ConformanceTarget): void {
  const options = { frames: scaled(10_000, 500_000), cycles: scaled(200, 5_000) }
  registerConformance(conformance(target, options), {
    test: (title, run) => test(title, run),
    skip: (title, reason) => test(title, context => skipUnless(context, false, reason)),
    afterAll,
  })
}
