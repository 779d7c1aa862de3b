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

/** How the messages of a lane ended (I3). */
export interface Outcomes {
  readonly accepted: number
  readonly unknown: number
  /** By the code that the sender was told. `CLOSED` never left. */
  readonly rejected: Readonly<Partial<Record<ErrorCode, number>>>
  /** What the sender was told when the outcome was unknown. */
  readonly unknownCodes: readonly ErrorCode[]
  /** Messages without an outcome yet. */
  readonly open: number
}

/**
 * One end of a link under test. `lane` is the label of one; {@link MAIN_LANE} where none is named, and
 * `control` and `replies` are the two that every link has.
 */
export interface LinkedEnd extends End {
  /** Sends all of `script`, waiting wherever credit or track have no room; rejects when the link ends first. */
  send(script: Script, lane?: string): Promise<SendReport>
  sent(lane?: string): Promise<SendReport>
  /** Expects all of `script` in that lane, each message whole. */
  expect(script: Script, lane?: string): Promise<void>
  received(lane?: string): Promise<Progress>
  /** Accepts no message of that lane any more: each that comes waits for its acceptance. */
  pause(lane?: string): Promise<void>
  resume(lane?: string): Promise<void>
  /** Rejects every message of that lane whose number, counted from 1, `every` divides, with `MAILBOX_FULL`. */
  reject(every: number, lane?: string): Promise<void>
  /** How what was sent in that lane has ended so far. */
  outcomes(lane?: string): Promise<Outcomes>
  /** Resolves when everything that was sent in that lane has its outcome. */
  settled(lane?: string): Promise<Outcomes>
  /** What the link counts as received: a large message counts as a whole when its first part came. */
  traffic(): Promise<{ readonly messages: number; readonly bytes: number }>
}

/** The lane that is meant where none is named. */
export const MAIN_LANE = 'main'
