import type { Protocol, StateKey } from '../contracts/index.js'
import { formatActorPath } from './actor-path.js'
import type { ActorRef } from './actor-ref.js'

/** What an actor knows of itself and its surroundings; injected as `Self`. */
export interface ActorContext {
  /** Its name on its node: `cashier`. */
  readonly name: string
  /** Where others find it: `signalbox://shop/cashier`. */
  readonly path: string
  /** Another actor, here or on another node. */
  ref<P extends Protocol>(protocol: P, path: string): ActorRef<P>
  /** Sets the value of a state that this node owns; who follows it is told. */
  provide<V>(key: StateKey<V>, value: V): void
  /** Ends this actor once the message at hand is handled. */
  stop(): void
}

/** The token under which an actor's own {@link ActorContext} is injected. */
export const Self: unique symbol = Symbol.for('signalbox.Self')

/** What an actor may do with its node. */
export interface ContextSurroundings {
  readonly node: string
  ref<P extends Protocol>(protocol: P, path: string): ActorRef<P>
  provide<V>(key: StateKey<V>, value: V): void
  /** Stops an actor where nobody waits for the end of it. */
  end(name: string): void
}

/** The context of one actor. */
export class OwnContext implements ActorContext {
  constructor(
    readonly name: string,
    private readonly surroundings: ContextSurroundings,
  ) {}

  get path(): string {
    return formatActorPath(this.surroundings.node, this.name)
  }

  ref<P extends Protocol>(protocol: P, path: string): ActorRef<P> {
    return this.surroundings.ref(protocol, path)
  }

  provide<V>(key: StateKey<V>, value: V): void {
    this.surroundings.provide(key, value)
  }

  stop(): void {
    this.surroundings.end(this.name)
  }
}
