import type { PeerOrder, PeerReport } from './peer-protocol.js'
import type { TransportSource } from './transport-source.js'

/** How a process or a thread ended. */
export type EndStatus = number | NodeJS.Signals

/** What a peer lives in: a process or a thread, and the channel over which it is told what to do. */
export interface PeerBody {
  /** How messages call it: `process 4711`. */
  readonly name: string
  readonly pid: number
  /** Whether it can still be told something. */
  readonly alive: boolean
  /** Resolves when it has ended, and with what it wrote to stderr. */
  readonly ended: Promise<{ readonly status: EndStatus; readonly errors: string }>
  order(order: PeerOrder): void
  /** Ends it without a warning. */
  kill(): void
  /** Only where the operating system can do that to it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
}

/** Starts one. @param reported what it answers */
export type OpenBody = (
  source: TransportSource,
  runtimeFolder: string,
  reported: (report: PeerReport) => void,
) => PeerBody
