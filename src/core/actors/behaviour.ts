import type { Handles, Protocol } from '../contracts/index.js'
import type { ActorContext } from './actor-context.js'

/** A class that implements a protocol; inversify makes it and injects what it asks for. */
export type ActorClass<P extends Protocol> = abstract new (...dependencies: never[]) => Handles<P>

/** A plain function that makes the handlers of a protocol. */
export type ActorFunction<P extends Protocol> = (self: ActorContext) => Handles<P>

/** How an actor is made. */
export type Behaviour<P extends Protocol> = ActorClass<P> | ActorFunction<P>

/** Makes the handlers of an actor: the node's injection container, or a plain call. */
export type Instantiate = <P extends Protocol>(behaviour: Behaviour<P>, self: ActorContext) => Handles<P>

/** Whether `behaviour` is a class rather than a function. */
export function isActorClass<P extends Protocol>(behaviour: Behaviour<P>): behaviour is ActorClass<P> {
  return /^class\b/.test(Function.prototype.toString.call(behaviour))
}
