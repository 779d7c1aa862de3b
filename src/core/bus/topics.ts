import { Observable } from 'rxjs'
import { type MessageContract, SignalboxError } from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'
import type { DeadLetter } from '../node/dead-letters.js'
import { freeze } from '../node/freeze.js'
import type { Peers } from '../node/peers.js'
import type { Recipient, Service } from '../node/recipient.js'
import { DeliveryBuffer } from './delivery-buffer.js'
import { MessageStream, type StreamOptions } from './message-stream.js'
import { keptValues, type ObserveOptions } from './overflow.js'

/** Who got a published message. */
export interface Publication {
  /** Subscribed nodes, this one included, that accepted it. */
  readonly accepted: number
  /** Those that did not; why is in the dead letters. */
  readonly failed: number
}

/** What topics need of their node. */
export interface TopicSurroundings {
  readonly contracts: ContractTable
  readonly peers: Peers
  /** Whether what is published is frozen, so that a subscriber here that changes it is found out early. */
  readonly freeze: boolean
  deadLetter(letter: DeadLetter): void
}

/** Takes a value, at once or when there is room. */
type Sink = (value: unknown) => void | Promise<void>

/** Messages that are published to whoever listens, on every node. */
export class Topics implements Service {
  readonly #sinks = new Map<LocalContract, Set<Sink>>()
  readonly #streams = new Set<{ end(): void }>()

  constructor(private readonly surroundings: TopicSurroundings) {}

  /** Resolves when every node that listens has accepted the message or failed to. Not waiting for it is allowed. */
  async publish<P>(contract: MessageContract<P>, payload: P): Promise<Publication> {
    const { contracts, peers } = this.surroundings
    const local = contracts.register(contract)
    const topic = topicOf(local)
    const deliveries: (void | Promise<void>)[] = []
    if (this.surroundings.freeze) freeze(payload)
    if (this.#sinks.has(local)) deliveries.push(this.#deliver(local, payload))
    for (const session of peers.interestedIn(topic)) deliveries.push(session.send(topic, local, payload))
    const results = await Promise.allSettled(deliveries)
    let failed = 0
    for (const result of results) {
      if (result.status === 'fulfilled') continue
      failed++
      this.#dead(local, payload, result.reason)
    }
    return { accepted: results.length - failed, failed }
  }

  /**
   * What is published from now on. Plain subscribers cannot make a publisher wait: the overflow policy says what may be lost.
   * @throws SignalboxError `CONFIG_INVALID` for options that make no sense
   */
  observe<P>(contract: MessageContract<P>, options: ObserveOptions): Observable<P> {
    const local = this.surroundings.contracts.register(contract)
    const limit = keptValues(local.key, options)
    return new Observable<P>(subscriber => {
      const dropped = (value: P, why: SignalboxError) => this.#dead(local, value, why)
      const buffer = new DeliveryBuffer<P>(local.key, options.overflow, limit, subscriber, dropped)
      return this.#subscribe(local, value => buffer.push(value as P))
    })
  }

  /** What is published from now on, at the pace of the loop that reads it. */
  stream<P>(contract: MessageContract<P>, { buffer = 64, signal }: StreamOptions = {}): MessageStream<P> {
    const local = this.surroundings.contracts.register(contract)
    const stream = new MessageStream<P>(buffer, () => {
      this.#streams.delete(stream)
      signal?.removeEventListener('abort', end)
      unsubscribe()
    })
    const end = () => stream.end()
    const unsubscribe = this.#subscribe(local, value => stream.put(value as P))
    this.#streams.add(stream)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    return stream
  }

  open(): Recipient {
    return {
      tell: (contract, value) => this.#deliver(contract, value),
      ask: contract => {
        throw new SignalboxError('CONTRACT_UNHANDLED', `${contract.key}: a topic answers nothing`)
      },
    }
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of [...this.#streams]) stream.end()
  }

  #subscribe(contract: LocalContract, sink: Sink): () => void {
    let sinks = this.#sinks.get(contract)
    if (sinks === undefined) {
      sinks = new Set()
      this.#sinks.set(contract, sinks)
    }
    sinks.add(sink)
    const unwant = this.surroundings.peers.want(topicOf(contract))
    return () => {
      sinks.delete(sink)
      if (sinks.size === 0 && this.#sinks.get(contract) === sinks) this.#sinks.delete(contract)
      unwant()
    }
  }

  /** Gives a message to all subscribers here; accepted when each has taken it or left, and not all have left. */
  #deliver(contract: LocalContract, value: unknown): void | Promise<void> {
    const pending: Promise<void>[] = []
    let taken = false
    for (const sink of this.#sinks.get(contract) ?? []) {
      const taking = sink(value)
      if (taking === undefined) taken = true
      else pending.push(taking)
    }
    if (pending.length > 0) return taken ? Promise.allSettled(pending).then(() => {}) : anyOf(pending)
  }

  #dead(contract: LocalContract, payload: unknown, thrown: unknown): void {
    const reason =
      thrown instanceof SignalboxError
        ? thrown
        : new SignalboxError('SYSTEM', String(thrown), { cause: thrown })
    const outcome = reason.code === 'PEER_LOST' ? 'unknown' : 'rejected'
    this.surroundings.deadLetter({
      contract: contract.key,
      target: topicOf(contract),
      payload,
      outcome,
      reason,
    })
  }
}

function topicOf(contract: LocalContract): string {
  return `topic ${contract.key}`
}

/** Waits for all; rejects when all do. */
async function anyOf(pending: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(pending)
  if (results.every(({ status }) => status === 'rejected')) await pending[0]
}
