import type { Observable } from 'rxjs'
import type { ActorRef, ActorSystem, Behaviour, SpawnOptions } from '../core/actors/index.js'
import type {
  MessageStream,
  ObserveOptions,
  Publication,
  States,
  StreamOptions,
  Topics,
} from '../core/bus/index.js'
import type { Address, MessageContract, Protocol, StateKey } from '../core/contracts/index.js'
import type {
  DeadLetter,
  DeadLetters,
  Explanation,
  LinkReport,
  PeerEvent,
  Peers,
} from '../core/node/index.js'
import type { Requirements } from '../core/routing/index.js'

/** The parts that a {@link Node} is put together from. */
export interface NodeParts {
  readonly name: string
  readonly namespace: string
  /** Resolves when what was measured on this machine is known, or is known not to be there. */
  readonly calibrated: Promise<unknown>
  /** Writes down what links saw of the costs; never rejects. */
  recalibrate(): Promise<void>
  readonly peers: Peers
  readonly actors: ActorSystem
  readonly topics: Topics
  readonly states: States
  readonly deadLetters: DeadLetters
}

/** One process in a namespace, or one of several in a process: what an application programs against. */
export class Node implements AsyncDisposable {
  readonly name: string
  readonly namespace: string
  /** Every message that did not reach a handler, and why. */
  readonly deadLetters$: Observable<DeadLetter>
  /** Other nodes: those that are there come first. `down` when one closed, died, or was silent for too long. */
  readonly peers$: Observable<PeerEvent>
  #closing: Promise<void> | undefined

  /** Use `startNode`. */
  constructor(private readonly parts: NodeParts) {
    this.name = parts.name
    this.namespace = parts.namespace
    this.deadLetters$ = parts.deadLetters.all$
    this.peers$ = parts.peers.events$
  }

  /** Where this node listens. */
  get addresses(): Address[] {
    return this.parts.peers.addresses
  }

  /**
   * Starts an actor: a class, made with what it wants injected, or a function that returns its handlers.
   * @throws SignalboxError `NAME_TAKEN`, `CONTRACT_INVALID`, `CONTRACT_MISMATCH`, `CLOSED`; whatever its construction throws
   */
  async spawn<P extends Protocol>(
    protocol: P,
    behaviour: Behaviour<P>,
    options?: SpawnOptions,
  ): Promise<ActorRef<P>> {
    return this.parts.actors.spawn(protocol, behaviour, options)
  }

  /** Ends an actor of this node; what waits in its mailbox goes to the dead letters. */
  stop(name: string): Promise<void> {
    return this.parts.actors.stop(name)
  }

  /**
   * An actor by its path `signalbox://<node>/<actor>`, or its name on this node. Whether it exists shows when
   * it is spoken to.
   * @throws SignalboxError `ADDRESS_INVALID`
   */
  ref<P extends Protocol>(protocol: P, path: string): ActorRef<P> {
    return this.parts.actors.ref(protocol, path)
  }

  /**
   * Tells a message to everybody who listens, on every node.
   * @returns how many nodes accepted it, once each has or has failed to; the failures are in the dead letters
   */
  publish<P>(contract: MessageContract<P>, payload: P): Promise<Publication> {
    return this.parts.topics.publish(contract, payload)
  }

  /**
   * What is published from now on, as an Observable. RxJS cannot make a publisher wait: the options
   * must say what may be lost.
   */
  observe<P>(contract: MessageContract<P>, options: ObserveOptions): Observable<P> {
    return this.parts.topics.observe(contract, options)
  }

  /** What is published from now on, for a `for await` loop whose pace the publishers keep. */
  stream<P>(contract: MessageContract<P>, options?: StreamOptions): MessageStream<P> {
    return this.parts.topics.stream(contract, options)
  }

  /** Sets a value that this node owns; who follows it is told. */
  provide<V>(key: StateKey<V>, value: V): void {
    this.parts.states.provide(key, value)
  }

  /** Follows a value, wherever its owner is: the present one first, then every change that is not overtaken. */
  hot<V>(key: StateKey<V>): Observable<V> {
    return this.parts.states.hot(key)
  }

  /**
   * Makes sure of a link with another node now, rather than with the first message to it.
   * @throws SignalboxError `NODE_UNKNOWN`, `NO_LISTENER`, or the first other code that a way failed with
   */
  connect(node: string): Promise<void> {
    return this.parts.peers.node(node).connect()
  }

  /**
   * Why which transport: all ways to a node, the best first, and each that does not do with the rule that rejects it.
   * @param requirements what is to be sent, if it is not the usual small message
   * @throws SignalboxError `NODE_UNKNOWN`
   * @example (await till.explain('shop', { size: 1_000_000 })).chosen?.transport
   */
  async explain(node: string, requirements: Requirements = {}): Promise<Explanation> {
    await this.parts.calibrated
    return this.parts.peers.explain(node, requirements)
  }

  /** What each link carries or has carried, and over which transport. */
  links(): LinkReport[] {
    return this.parts.peers.reports()
  }

  /**
   * Stops the actors, says goodbye to the other nodes and frees all names. Closing twice is harmless.
   * Nothing of a closed node keeps the process alive.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const { actors, topics, states, peers, deadLetters } = this.parts
    topics.close()
    states.close()
    await actors.close()
    await peers.close()
    await this.parts.recalibrate()
    deadLetters.close()
  }
}
