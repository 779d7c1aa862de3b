import type { ChildProcess, SerializationType } from 'node:child_process'
import type { Message, Payload } from './payload.js'
import type { Receiver } from './receiver.js'

/** Where the two ends of an entrant meet. */
export interface Place {
  /** A folder of theirs alone. */
  readonly folder: string
  readonly payload: Payload
}

/** A way of carrying messages from one process to another, used as those who use it do. */
export interface Peer {
  readonly name: string
  /** How the channel between the two processes writes values, where it is what is measured. @default 'advanced' */
  readonly serialization?: SerializationType
  /**
   * Where its far end is: in a process of its own, in one that has to be introduced to others by the near one, in another
   * thread of the same process, or in the same thread.
   * @default 'process'
   */
  readonly far?: 'process' | 'introduced process' | 'thread' | 'here'
  /** ms between two signs of life that each end gives while nothing else is sent. @default it gives none */
  readonly heartbeat?: number
  /** At the far end: gives to `receiver` what comes, and sends back what it answers. Returns how to stop. */
  serve(place: Place, receiver: Receiver): Promise<() => Promise<void>>
  /**
   * At the near end, when the far one serves.
   * @param child the process of the far end, where it has one
   */
  reach(place: Place, child: ChildProcess | undefined): Promise<Carrier>
}

/** The near end of a peer. */
export interface Carrier {
  /**
   * Sends messages 0 to `count - 1`, as fast as they are taken. Resolves when the last one was handed over.
   * @param message makes one; bytes are lent until the next call
   */
  pour(count: number, message: (n: number) => Message): Promise<void>
  /** Resolves with the answer. Bytes are lent until it returns. */
  ask(message: Message): Promise<Message>
  close(): Promise<void>
}
