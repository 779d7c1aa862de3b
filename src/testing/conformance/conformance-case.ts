import type { Capabilities } from '../../core/contracts/capabilities.js'
import type { AnyTransport } from '../../core/contracts/transport.js'
import type { CaseContext } from './case-context.js'
import type { Over } from './over.js'

/** The aspect of a mechanism that a case shows, as in the architecture's table of transports. */
export type Aspect = 'shape' | 'listen-connect' | 'both-ways' | 'limits' | 'peer-death' | 'threads'

/** Why a case says nothing about a transport: always something that its descriptor claims, or its shape. */
export interface Exclusion {
  readonly capability: keyof Capabilities | 'shape'
  /** In words: `no frame is too large for it`. */
  readonly because: string
}

/** A condition under which a case is left out. */
export type Excludes = (capabilities: Capabilities, shape: AnyTransport['shape']) => Exclusion | undefined

/** One sentence that a transport keeps, and how it is shown. */
export interface ConformanceCase {
  /** What is true afterwards: `close lets everything that was sent arrive`. */
  readonly name: string
  readonly aspect: Aspect
  /** Whether the transport is driven directly, or through a link that adds what it lacks. */
  readonly over: Over
  readonly unless?: readonly Excludes[]
  /** @throws what the transport got wrong. */
  run(context: CaseContext): Promise<void>
}
