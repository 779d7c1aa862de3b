import type { SignalboxError } from '../../core/contracts/index.js'
import type { Outcome } from '../../core/link/index.js'

/** What is known of one message, from outside. */
interface Message {
  readonly id: number
  readonly session: string
  readonly lane: string
  /** Its place in the lane, from 1. */
  readonly index: number
  readonly length: number
  /** Whether the session has ended on the sender's side. */
  readonly senderEnded: () => boolean
  /** Where it was handed to a receiver: what became of it there. */
  verdict: 'none' | 'handed' | 'accepted' | 'refused'
  outcome: Outcome['status'] | undefined
}

/** Bytes in front of what fills a message: its number. */
export const ID_LENGTH = 4

/**
 * What an application may observe of a link, in the plainest words: it is told what is sent, handed over, accepted
 * and settled, knows nothing of frames or tracks, and names every fault. It is what links are compared with.
 */
export class DeliveryModel {
  readonly faults: string[] = []
  readonly #messages: Message[] = []
  /** How many messages were sent in a lane, and how many handed over. */
  readonly #sent = new Map<string, number>()
  readonly #handed = new Map<string, number>()

  /** How many messages there are, and how many ended how. */
  get summary(): Record<string, number> {
    const count: Record<string, number> = { sent: this.#messages.length }
    for (const { outcome = 'open' } of this.#messages) count[outcome] = (count[outcome] ?? 0) + 1
    return count
  }

  /** A message is about to be sent. Returns its bytes. */
  sends(
    session: string,
    lane: string,
    length: number,
    senderEnded: () => boolean,
  ): { id: number; bytes: Uint8Array } {
    const id = this.#messages.length
    const index = (this.#sent.get(lane) ?? 0) + 1
    this.#sent.set(lane, index)
    this.#messages.push({
      id,
      session,
      lane,
      index,
      length,
      senderEnded,
      verdict: 'none',
      outcome: undefined,
    })
    const bytes = new Uint8Array(Math.max(length, ID_LENGTH)).fill(id)
    new DataView(bytes.buffer).setUint32(0, id, true)
    return { id, bytes }
  }

  /** It was not taken after all. */
  takesBack(id: number): void {
    const message = this.#messages[id]
    if (message === undefined) return
    message.outcome = 'rejected'
    this.#sent.set(message.lane, message.index - 1)
  }

  /** A receiver gets a message. Returns its number. */
  hands(session: string, lane: string, bytes: Uint8Array): number {
    const id = bytes.length < ID_LENGTH ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    const message = this.#messages[id]
    if (message === undefined) {
      this.#fault(`a message that nobody sent was handed over in ${lane}`)
      return id
    }
    const whole = bytes.length === Math.max(message.length, ID_LENGTH)
    this.#check(
      whole && bytes.subarray(ID_LENGTH).every(byte => byte === id % 256),
      `message ${id} is damaged`,
    )
    this.#check(message.session === session, `message ${id} crossed from one session to another`)
    this.#check(message.lane === lane, `message ${id} of ${message.lane} was handed over in ${lane}`)
    this.#check(message.verdict === 'none', `message ${id} was handed over twice`)
    const index = (this.#handed.get(lane) ?? 0) + 1
    this.#check(
      message.index === index,
      `${lane}: message ${message.index} was handed over as number ${index}`,
    )
    this.#handed.set(lane, index)
    message.verdict = 'handed'
    return id
  }

  /** Its receiver accepted it, or refused it. */
  judges(id: number, verdict: 'accepted' | 'refused'): void {
    const message = this.#messages[id]
    if (message !== undefined) message.verdict = verdict
  }

  /** The sender hears what became of it. */
  settles(id: number, outcome: Outcome): void {
    const message = this.#messages[id]
    if (message === undefined) return
    this.#check(message.outcome === undefined, `message ${id} has two outcomes`)
    message.outcome = outcome.status
    const said = `message ${id} is said to be ${outcome.status}, but was ${message.verdict}`
    if (outcome.status === 'accepted') this.#check(message.verdict === 'accepted', said)
    else if (outcome.status === 'unknown')
      this.#check(message.senderEnded(), `message ${id} is unknown while its session goes on`)
    else this.#check(message.verdict === (byReceiver(outcome.error) ? 'refused' : 'none'), said)
  }

  /** The lanes of messages that have no outcome. */
  get open(): string[] {
    return this.#messages.filter(({ outcome }) => outcome === undefined).map(({ lane }) => lane)
  }

  /** Notes what somebody else found. */
  fault(what: string): void {
    this.#fault(what)
  }

  #check(holds: boolean, otherwise: string): void {
    if (!holds) this.#fault(otherwise)
  }

  #fault(what: string): void {
    this.faults.push(what)
  }
}

/** The simulated receivers refuse with this; everything else is said by the sender's own link. */
export const REFUSAL = 'MAILBOX_FULL'

function byReceiver(error: SignalboxError): boolean {
  return error.code === REFUSAL
}
