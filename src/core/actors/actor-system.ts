import {
  type Clock,
  type Log,
  type Protocol,
  reasonOf,
  SignalboxError,
  type StateKey,
} from '../contracts/index.js'
import type { ContractTable } from '../node/contract-table.js'
import type { DeadLetter } from '../node/dead-letters.js'
import { Deadlines } from '../node/deadlines.js'
import { didYouMean } from '../node/nearest-name.js'
import type { Recipient, Service } from '../node/recipient.js'
import type { RemoteNode } from '../node/remote-node.js'
import { ActorCell, type CellSurroundings } from './actor-cell.js'
import { type ContextSurroundings, OwnContext } from './actor-context.js'
import { type ActorPath, assertActorName, formatActorPath, parseActorPath } from './actor-path.js'
import { type ActorRef, createActorRef } from './actor-ref.js'
import type { Behaviour, Instantiate } from './behaviour.js'
import { Dispatcher } from './dispatcher.js'
import { LocalProtocol } from './local-protocol.js'
import { AbsentTarget } from './local-target.js'
import type { MailboxOptions } from './mailbox.js'
import { RemoteTarget } from './remote-target.js'
import type { Target } from './target.js'

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
  readonly #protocols = new WeakMap<Protocol, LocalProtocol>()
  /** Actors that are being stopped, with their end. */
  readonly #stopping = new Map<string, Promise<void>>()
  readonly #cellSurroundings: CellSurroundings
  readonly #contextSurroundings: ContextSurroundings
  #closed = false

  constructor(private readonly surroundings: ActorSurroundings) {
    const { node, clock, patience, freeze } = surroundings
    this.#cellSurroundings = {
      node,
      clock,
      dispatcher: new Dispatcher(clock),
      deadlines: new Deadlines(clock),
      patience,
      freeze,
      find: name => this.#find(name),
      undeliverable: (target, { key }, payload, reason) =>
        surroundings.deadLetter({ contract: key, target, payload, outcome: 'rejected', reason }),
    }
    this.#contextSurroundings = {
      node,
      ref: (protocol, path) => this.ref(protocol, path),
      provide: (key, value) => surroundings.provide(key, value),
      end: name => void this.#end(name),
    }
  }

  /**
   * Starts an actor.
   * @throws SignalboxError `NAME_TAKEN`; `CONTRACT_INVALID` when a handler is missing; `ADDRESS_INVALID` for a
   * name that no path can have; `CONFIG_INVALID` for a mailbox that takes nothing; `CLOSED`; whatever its construction throws
   */
  spawn<P extends Protocol>(protocol: P, behaviour: Behaviour<P>, options: SpawnOptions = {}): ActorRef<P> {
    const { node, mailbox, instantiate } = this.surroundings
    const { name = protocol.name } = options
    assertActorName(name)
    if (this.#closed) throw new SignalboxError('CLOSED', `${node} is closed: ${name} cannot be started`)
    if (this.#cells.has(name)) {
      const path = formatActorPath(node, name)
      throw new SignalboxError('NAME_TAKEN', `${path} is running already; stop it, or choose another name`)
    }
    const spoken = this.#protocolOf(protocol)
    const bounds = options.mailbox === undefined ? mailbox : { ...mailbox, ...options.mailbox }
    const cell = new ActorCell(name, spoken, this.#cellSurroundings, bounds)
    this.#cells.set(name, cell)
    try {
      cell.start(instantiate(behaviour, new OwnContext(name, this.#contextSurroundings)))
    } catch (error) {
      this.#cells.delete(name)
      void cell.stop(`could not be started: ${reasonOf(error)}`)
      throw error
    }
    return createActorRef(spoken, cell)
  }

  /**
   * An actor by its path, here or elsewhere; whether it exists shows when it is spoken to.
   * @throws SignalboxError `ADDRESS_INVALID`, `CONTRACT_MISMATCH`
   */
  ref<P extends Protocol>(protocol: P, path: string): ActorRef<P> {
    const { node } = this.surroundings
    const place = parseActorPath(path, node)
    const target = place.node === node ? this.#localTarget(place.actor) : this.#remoteTarget(place)
    return createActorRef(this.#protocolOf(protocol), target)
  }

  /**
   * Ends an actor: what waits for it goes to the dead letters. One that does not run is stopped already.
   * @throws SignalboxError `HANDLER_FAILED` when its disposal throws
   */
  stop(name: string): Promise<void> {
    const cell = this.#cells.get(name)
    if (cell === undefined) return this.#stopping.get(name) ?? Promise.resolve()
    this.#cells.delete(name)
    const end = async () => {
      try {
        await cell.stop()
      } finally {
        if (this.#stopping.get(name) === stopped) this.#stopping.delete(name) // another of its name may be next
      }
    }
    const stopped = end()
    this.#stopping.set(name, stopped)
    return stopped
  }

  /** Ends all actors. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#cells.keys(), ...this.#stopping.keys()].map(name => this.#end(name)))
    this.#cellSurroundings.deadlines.stop()
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
      tell: (contract, value) => living().put(contract, value, undefined),
      ask: (contract, value, reply) => living().put(contract, value, reply),
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

  #localTarget(name: string): Target {
    return this.#cells.get(name) ?? new AbsentTarget(name, this.#cellSurroundings)
  }

  #remoteTarget({ node, actor, path }: ActorPath): Target {
    const { remote, deadLetter } = this.surroundings
    return new RemoteTarget(remote(node), path, actor, deadLetter)
  }

  #protocolOf(protocol: Protocol): LocalProtocol {
    let known = this.#protocols.get(protocol)
    if (known === undefined) {
      known = new LocalProtocol(protocol, this.surroundings.contracts)
      this.#protocols.set(protocol, known)
    }
    return known
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
}
