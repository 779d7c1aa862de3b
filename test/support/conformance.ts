import { afterAll, expect, test } from 'vitest'
import { type ConformanceTarget, conformance, registerConformance } from '../../src/testing/index.js'
import { skipUnless } from './capability.js'
import { scaled, storm } from './scale.js'

/** `SIGNALBOX_STORM_CYCLES=<count>`: how often connections, and links, are opened and closed. */
const cycles = Number(process.env['SIGNALBOX_STORM_CYCLES'] ?? scaled(200, 1_000))

/** Declares every case of the conformance suite as a test of this file. */
export function testConformance(target: ConformanceTarget): void {
  const suite = conformance(target, {
    frames: scaled(10_000, 500_000),
    cycles,
    messages: scaled(100_000, 1_000_000),
    ...(storm ? { report: measured => console.info(measured) } : {}),
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
