import { type Clock, type Protocol, SignalboxError, type StateKey } from '../contracts/index.js'
import type { ContractTable } from '../node/contract-table.js'
import type { DeadLetter } from '../node/dead-letters.js'
import { didYouMean } from '../node/nearest-name.js'
import { Questions } from '../node/questions.js'
import type { Recipient, Service } from '../node/recipient.js'
import type { RemoteNode } from '../node/remote-node.js'
import { ActorCell } from './actor-cell.js'
import type { ActorContext } from './actor-context.js'
import { formatActorPath, parseActorPath } from './actor-path.js'
import { type ActorRef, createActorRef } from './actor-ref.js'
import type { Behaviour, Instantiate } from './behaviour.js'
import { LocalTarget } from './local-target.js'
import type { MailboxOptions } from './mailbox.js'
import { RemoteTarget } from './remote-target.js'

/** Options of {@link ActorSystem.spawn}. */
export interface SpawnOptions {
  /** @default the protocol's name */
  readonly name?: string
  /** @default the node's */
  readonly mailbox?: Partial<MailboxOptions>
}

/** What the actors of a node need of it. */
export interface ActorSurroundings {
  readonly node: string
  readonly contracts: ContractTable
  readonly clock: Clock
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
  readonly mailbox: MailboxOptions
  readonly freeze: boolean
  readonly instantiate: Instantiate
  remote(node: string): RemoteNode
  deadLetter(letter: DeadLetter): void
  provide<V>(key: StateKey<V>, value: V): void
}

/** The actors of a node, by name. */
export class ActorSystem implements Service {
  readonly #cells = new Map<string, ActorCell>()
  readonly #questions: Questions
  #closed = false

  constructor(private readonly surroundings: ActorSurroundings) {
    this.#questions = new Questions(surroundings.clock, surroundings.patience)
  }

  /**
   * Starts an actor.
   * @throws SignalboxError `NAME_TAKEN`; `CONTRACT_INVALID` when a handler is missing; whatever its construction throws
   */
  spawn<P extends Protocol>(protocol: P, behaviour: Behaviour<P>, options: SpawnOptions = {}): ActorRef<P> {
    const { node, contracts, mailbox, instantiate } = this.surroundings
    const name = options.name ?? protocol.name
    const path = formatActorPath(node, name)
    if (this.#closed) throw new SignalboxError('CLOSED', `${node} is closed: ${name} cannot be started`)
    if (this.#cells.has(name))
      throw new SignalboxError('NAME_TAKEN', `${path} is running already; stop it, or choose another name`)
    const cell = new ActorCell(
      protocol,
      { path, undeliverable: ({ contract, value }, why) => this.#dead(path, contract.key, value, why) },
      { ...mailbox, ...options.mailbox },
    )
    this.#cells.set(name, cell)
    try {
      cell.start(instantiate(behaviour, this.#contextOf(name, path)), contracts)
    } catch (error) {
      this.#cells.delete(name)
      throw error
    }
    return this.ref(protocol, path)
  }

  /** An actor by its path, here or elsewhere; whether it exists shows when it is spoken to. @throws SignalboxError `ADDRESS_INVALID` */
  ref<P extends Protocol>(protocol: P, path: string): ActorRef<P> {
    const { node, contracts, freeze, remote, deadLetter } = this.surroundings
    const place = parseActorPath(path, node)
    const target =
      place.node === node
        ? new LocalTarget(place.actor, {
            questions: this.#questions,
            freeze,
            find: name => this.#find(name),
            undeliverable: (contract, value, why) => this.#dead(place.path, contract.key, value, why),
          })
        : new RemoteTarget(remote(place.node), place.path, place.actor, deadLetter)
    return createActorRef(protocol, place.path, target, contracts)
  }

  /** Ends an actor: what waits for it goes to the dead letters. One that does not run is stopped already. */
  async stop(name: string): Promise<void> {
    const cell = this.#cells.get(name)
    if (cell === undefined) return
    this.#cells.delete(name)
    const path = formatActorPath(this.surroundings.node, name)
    await cell.stop(new SignalboxError('ACTOR_STOPPED', `${path} was stopped`))
  }

  /** Ends all actors. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#cells.keys()].map(name => this.stop(name)))
  }

  open(name: string): Recipient {
    let cell: ActorCell | undefined
    // An actor may be started or replaced after its lane was opened.
    const living = () => (cell === undefined || cell.stopped ? (cell = this.#find(name)) : cell)
    return {
      assertPresent: () => void living(),
      tell: (contract, value) => living().tell(contract, value),
      ask: (contract, value, reply) => living().ask(contract, value, reply),
    }
  }

  #find(name: string): ActorCell {
    const cell = this.#cells.get(name)
    if (cell !== undefined) return cell
    const names = [...this.#cells.keys()]
    throw new SignalboxError(
      'ACTOR_UNKNOWN',
      `there is no actor ${name} on ${this.surroundings.node}${didYouMean(name, names)}`,
    )
  }

  #contextOf(name: string, path: string): ActorContext {
    return {
      name,
      path,
      ref: (protocol, to) => this.ref(protocol, to),
      provide: (key, value) => this.surroundings.provide(key, value),
      stop: () => void this.stop(name),
    }
  }

  #dead(target: string, contract: string, payload: unknown, reason: SignalboxError): void {
    this.surroundings.deadLetter({ contract, target, payload, outcome: 'rejected', reason })
  }
}
