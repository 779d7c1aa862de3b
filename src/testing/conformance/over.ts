import type { ConnectionTransport } from '../../core/contracts/transport.js'

/** What a case drives: the mechanism as it is, or a link that adds what it lacks. */
export type Over = 'bare track' | 'link'

/** The transport that cases of each kind drive. They differ where a mechanism needs completion to carry a link. */
export type Driven = Readonly<Record<Over, ConnectionTransport>>
