import type { Introducer } from './introducer.js'
import type { Rendezvous } from './rendezvous.js'

/** A pending call of {@link Clock}; cancelling twice, or after it ran, is harmless. */
export interface Timer {
  cancel(): void
}

/** The one source of time: everything takes it by injection, so that tests can own it. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number
  /**
   * Calls `run` once after `ms` milliseconds.
   * A timer alone never keeps the process alive.
   */
  after(ms: number, run: () => void): Timer
}

/** The one source of chance. */
export interface Random {
  /** `length` bytes that nobody can guess. */
  bytes(length: number): Uint8Array
}

/** Where a plug-in reports what an operator may want to know. Never called per message. */
export interface Log {
  debug(message: string, details?: object): void
  warn(message: string, details?: object): void
}

/** What a plug-in may not reach for itself. */
export interface TransportContext {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** This user's folder for sockets, locks and other names, as an absolute path; nobody else may enter it. */
  readonly runtimeFolder: string
  /** For mechanisms that cannot introduce their two ends themselves. */
  readonly rendezvous: Rendezvous
  /** For mechanisms that have no names: who hands their ends over. */
  readonly introducer: Introducer
}

/** Proof of life of other processes, by the operating system. */
export interface ProcessTable {
  /**
   * An opaque text that tells one process from a later one of the same pid,
   * or undefined when there is no such process.
   */
  incarnationOf(pid: number): string | undefined
}
