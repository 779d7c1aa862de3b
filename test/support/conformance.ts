import { afterAll, expect, test } from 'vitest'
import { type ConformanceTarget, conformance, registerConformance } from '../../src/testing/index.js'
import { skipUnless } from './capability.js'
import { scaled } from './scale.js'

/** Declares every case of the conformance suite as a test of this file. */
export function testConformance(target: ConformanceTarget): void {
  const suite = conformance(target, {
    frames: scaled(10_000, 500_000),
    cycles: scaled(200, 1_000),
    messages: scaled(100_000, 1_000_000),
  })
  registerConformance(suite, {
    test: (title, run) => test(title, run),
    skip: (title, reason) => test(title, context => skipUnless(context, false, reason)),
    afterAll,
  })

  test('its descriptor leaves no aspect of the mechanism without a case', () => {
    const shown = suite.cases.filter(({ exclusion }) => exclusion === undefined).map(({ aspect }) => aspect)
    expect([...new Set(shown)].sort()).toEqual([
      'both-ways',
      'limits',
      'listen-connect',
      'peer-death',
      'shape',
      'threads',
    ])
  })
}
