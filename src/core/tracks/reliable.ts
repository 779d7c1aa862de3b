import type { Clock, Connection } from '../contracts/index.js'
import { ReliableConnection } from './reliable-connection.js'

/** Options of {@link reliable}. */
export interface ReliableOptions {
  /**
   * Milliseconds without any sign of life, while something waits for its acknowledgement, after which the peer
   * counts as gone.
   * @default 10,000
   */
  readonly silence?: number
}

/**
 * Makes a track that loses, repeats, reorders or damages frames deliver every frame once and in order: sequence
 * numbers, cumulative and selective acknowledgement, time-outs that adapt (RFC 6298), a bounded window that is
 * also flow control, and an end that waits for the last frame. Both sides must do it. No timer runs while nothing
 * is in flight.
 *
 * It ends with `PEER_SILENT` when the peer does not answer, and with `PROTOCOL_VIOLATION` when it answers what it
 * cannot. Frames are 17 B smaller than those of `connection`.
 */
export function reliable(
  connection: Connection,
  clock: Clock,
  options: ReliableOptions = {},
): ReliableConnection {
  return new ReliableConnection(connection, clock, options.silence ?? 10_000)
}
