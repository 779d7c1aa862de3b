import type { LocalContract } from './contract-table.js'
import type { Reply } from './reply.js'

/**
 * Where messages for one thing in this node go. Returning accepts, a promise accepts when it resolves;
 * throwing or rejecting refuses, and the sender hears why.
 */
export interface Recipient {
  /** Throws when there is nobody to take a message, before anything else is judged. */
  assertPresent?(): void
  /** @param note what the sending service said beside the value; valid until the call returns */
  tell(contract: LocalContract, value: unknown, note: Uint8Array): void | Promise<void>
  ask(contract: LocalContract, value: unknown, reply: Reply): void | Promise<void>
}

/** A part of the node that peers may address: actors, topics, states. */
export interface Service {
  /**
   * The recipient of a lane that a peer opens.
   * @param name what the peer wants of this service
   * @throws SignalboxError when there is nothing of that name: each message of the lane is refused with it.
   */
  open(name: string): Recipient
}

/** Reads the label of a lane: the service, and the name within it. */
export function readLabel(label: Uint8Array): readonly [service: string, name: string] {
  const text = new TextDecoder().decode(label)
  const space = text.indexOf(' ')
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)]
}
