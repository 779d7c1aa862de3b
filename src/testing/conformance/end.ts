import type { CloseReason, PeerIdentity } from '../../core/contracts/connection.js'
import type { ErrorCode } from '../../core/contracts/errors.js'
import type { Script } from './script.js'

/** How far a sender or a receiver has come. */
export interface Progress {
  readonly frames: number
  readonly bytes: number
}

/** What a sender did. */
export interface SendReport extends Progress {
  /** How often `send` said `full`. */
  readonly fulls: number
}

/** Why a connection ended, in a form that crosses processes. */
export interface EndReason {
  readonly by: CloseReason['by']
  readonly code?: ErrorCode
  readonly message?: string
}

/** One end of a connection under test, in this process or in the other. */
export interface End {
  /** Sends all of `script`, waiting wherever the track is full; rejects when the connection ends first. */
  send(script: Script): Promise<SendReport>
  /** How far the sending has come, also while it goes on. */
  sent(): Promise<SendReport>
  /** Starts receiving. An end that does not may never learn that the other one is gone. */
  receive(): Promise<void>
  /** Receives, and resolves when all of `script` has arrived; rejects at the first wrong byte. */
  expect(script: Script): Promise<void>
  /** How much has arrived. */
  received(): Promise<Progress>
  /** Sends back everything that arrives, from within the sink. */
  echo(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Resolves when the connection has ended. */
  closed(): Promise<EndReason>
  close(): Promise<void>
  abort(): Promise<void>
  /** Whom this end believes to be connected with. */
  remote(): Promise<PeerIdentity>
}
