import assert from 'node:assert/strict'
import type { Capabilities } from '../../core/contracts/capabilities.js'
import type { CaseContext } from './case-context.js'
import type { Aspect, ConformanceCase, Excludes } from './conformance-case.js'

/** How one member of a descriptor is measured. */
export interface Measurement<K extends keyof Capabilities> {
  readonly capability: K
  /** What is done, as a sentence that goes on with what it shows: `a second listener on a name`. */
  readonly by: string
  readonly aspect: Aspect
  readonly unless?: readonly Excludes[]
  /** What the mechanism turns out to be; undefined where nothing that was seen speaks against the claim. */
  measure(context: CaseContext): Promise<Capabilities[K] | undefined>
}

/** A case that fails a transport whose descriptor claims anything but what is measured. */
export function measured<K extends keyof Capabilities>(measurement: Measurement<K>): ConformanceCase {
  const { capability, by, aspect, unless = [], measure } = measurement
  return {
    name: `${capability} is what the descriptor claims, measured by ${by}`,
    aspect,
    over: 'bare track',
    unless,
    async run(context) {
      const claimed = context.capabilities[capability]
      const found = (await measure(context)) ?? claimed
      assert.ok(
        found === claimed,
        `it claims ${capability}: ${claimed}, and ${by} shows ${capability}: ${found}`,
      )
    },
  }
}
