import type { Address, Capabilities } from '../contracts/index.js'
import type { Cost } from './cost.js'

/** One way to reach the peer. */
export interface Candidate {
  readonly transport: string
  readonly address: Address
  readonly capabilities: Capabilities
  /** Why it does not work here; undefined when it does. */
  readonly unavailable: string | undefined
  /** What it costs here. @default what is typical of its capabilities */
  readonly cost?: Cost
}
