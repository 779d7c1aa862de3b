import type { ComparisonResult } from '../comparison.js'
import type { Machine } from '../machine.js'

/** A whole run of the bench: what its reports are made of. */
export interface Run {
  /** ISO 8601. */
  readonly taken: string
  readonly machine: Machine
  /** What was measured; absent where this is no clone. */
  readonly commit?: string
  readonly rounds: number
  readonly results: readonly ComparisonResult[]
}
