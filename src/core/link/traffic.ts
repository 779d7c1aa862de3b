import type { Way } from './way.js'

/** Messages, and the bytes of their heads and bodies. */
export interface Amount {
  messages: number
  bytes: number
}

/** What went over a link, or one of its tracks. */
export interface Traffic {
  readonly sent: Amount
  readonly received: Amount
}

/** What one track of a link runs over, and what went over it. A message in parts counts where its first one went. */
export interface TrackReport extends Way, Traffic {}

/** Nothing so far. */
export function noTraffic(): Traffic {
  return { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 } }
}

/** One more message. */
export function count(amount: Amount, bytes: number): void {
  amount.messages++
  amount.bytes += bytes
}
