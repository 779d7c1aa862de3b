import {
  type Clock,
  type Log,
  type Protocol,
  reasonOf,
  SignalboxError,
  type StateKey,
} from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'
import type { DeadLetter } from '../node/dead-letters.js'
import { didYouMean } from '../node/nearest-name.js'
import { Questions } from '../node/questions.js'
import type { Recipient, Service } from '../node/recipient.js'
import type { RemoteNode } from '../node/remote-node.js'
import { ActorCell, type CellSurroundings } from './actor-cell.js'
import type { ActorContext } from './actor-context.js'
import { formatActorPath, parseActorPath } from './actor-path.js'
import { type ActorRef, createActorRef } from './actor-ref.js'
import type { Behaviour, Instantiate } from './behaviour.js'
import { Dispatcher } from './dispatcher.js'
import { HandlerTable } from './handler-table.js'
import { type LocalSurroundings, LocalTarget } from './local-target.js'
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
  readonly log: Log
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
  readonly #handlers = new WeakMap<Protocol, HandlerTable>()
  /** Actors that are being stopped, with their end. */
  readonly #stopping = new Map<string, Promise<void>>()
  readonly #cellSurroundings: CellSurroundings
  readonly #localSurroundings: LocalSurroundings
  #closed = false

  constructor(private readonly surroundings: ActorSurroundings) {
    const { node, clock, patience, freeze } = surroundings
    this.#cellSurroundings = {
      clock,
      dispatcher: new Dispatcher(),
      undeliverable: (path, { contract, value }, why) => this.#dead(path, contract, value, why),
    }
    this.#localSurroundings = {
      questions: new Questions(clock, patience),
      freeze,
      find: name => this.#find(name),
      undeliverable: (actor, contract, value, why) =>
        this.#dead(formatActorPath(node, actor), contract, value, why),
    }
  }

  /**
   * Starts an actor.
   * @throws SignalboxError `NAME_TAKEN`; `CONTRACT_INVALID` when a handler is missing; `ADDRESS_INVALID` for a
   * name that no path can have; `CONFIG_INVALID` for a mailbox that takes nothing; `CLOSED`; whatever its construction throws
   */
  spawn<P extends Protocol>(protocol: P, behaviour: Behaviour<P>, options: SpawnOptions = {}): ActorRef<P> {
    const { node, mailbox, instantiate } = this.surroundings
    const name = options.name ?? protocol.name
    const path = formatActorPath(node, name)
    if (this.#closed) throw new SignalboxError('CLOSED', `${node} is closed: ${name} cannot be started`)
    if (this.#cells.has(name))
      throw new SignalboxError('NAME_TAKEN', `${path} is running already; stop it, or choose another name`)
    const bounds = options.mailbox === undefined ? mailbox : { ...mailbox, ...options.mailbox }
    const cell = new ActorCell(path, this.#handlersOf(protocol), this.#cellSurroundings, bounds)
    this.#cells.set(name, cell)
    try {
      cell.start(instantiate(behaviour, this.#contextOf(name, path)))
    } catch (error) {
      this.#cells.delete(name)
      void cell.stop(new SignalboxError('ACTOR_STOPPED', `${path} could not be started: ${reasonOf(error)}`))
      throw error
    }
    return this.#localRef(protocol, name, path)
  }

  /** An actor by its path, here or elsewhere; whether it exists shows when it is spoken to. @throws SignalboxError `ADDRESS_INVALID` */
  ref<P extends Protocol>(protocol: P, path: string): ActorRef<P> {
    const { node, contracts, remote, deadLetter } = this.surroundings
    const place = parseActorPath(path, node)
    if (place.node === node) return this.#localRef(protocol, place.actor, place.path)
    const target = new RemoteTarget(remote(place.node), place.path, place.actor, deadLetter)
    return createActorRef({ protocol, path: place.path, target, contracts })
  }

  /**
   * Ends an actor: what waits for it goes to the dead letters. One that does not run is stopped already.
   * @throws SignalboxError `HANDLER_FAILED` when its disposal throws
   */
  stop(name: string): Promise<void> {
    const cell = this.#cells.get(name)
    if (cell === undefined) return this.#stopping.get(name) ?? Promise.resolve()
    this.#cells.delete(name)
    const stopped = cell
      .stop(new SignalboxError('ACTOR_STOPPED', `${cell.path} was stopped`))
      .finally(() => this.#stopping.get(name) === stopped && this.#stopping.delete(name))
    this.#stopping.set(name, stopped)
    return stopped
  }

  /** Ends all actors. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#cells.keys(), ...this.#stopping.keys()].map(name => this.#end(name)))
  }

  open(name: string): Recipient {
    let cell: ActorCell | undefined
    const living = () => {
      // An actor may be started or replaced after its lane was opened.
      if (cell === undefined || cell.stopped) cell = this.#find(name)
      return cell
    }
    return {
      assertPresent: () => void living(),
      tell: (contract, value) => living().tell(contract, value),
      ask: (contract, value, reply) => living().ask(contract, value, reply),
    }
  }

  /** Stops an actor where nobody waits for the end of it. */
  async #end(name: string): Promise<void> {
    try {
      await this.stop(name)
    } catch (error) {
      this.surroundings.log.warn(reasonOf(error))
    }
  }

  #localRef<P extends Protocol>(protocol: P, name: string, path: string): ActorRef<P> {
    const target = new LocalTarget(name, this.#localSurroundings)
    return createActorRef({ protocol, path, target, contracts: this.surroundings.contracts })
  }

  #handlersOf(protocol: Protocol): HandlerTable {
    let handlers = this.#handlers.get(protocol)
    if (handlers === undefined) {
      handlers = new HandlerTable(protocol, this.surroundings.contracts)
      this.#handlers.set(protocol, handlers)
    }
    return handlers
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
      stop: () => void this.#end(name),
    }
  }

  #dead(target: string, { key }: LocalContract, payload: unknown, reason: SignalboxError): void {
    this.surroundings.deadLetter({ contract: key, target, payload, outcome: 'rejected', reason })
  }
}
