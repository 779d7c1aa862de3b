import type { Handles, Protocol } from '../contracts/index.js'
import type { ActorContext } from './actor-context.js'

/** A class that implements a protocol; inversify makes it and injects what it asks for. */
export type ActorClass<P extends Protocol> = new (...dependencies: never[]) => Handles<P>

/** A plain function that makes the handlers of a protocol. */
export type ActorFunction<P extends Protocol> = (self: ActorContext) => Handles<P>

/** How an actor is made. */
export type Behaviour<P extends Protocol> = ActorClass<P> | ActorFunction<P>

/** Makes the handlers of an actor: the node's injection container, or a plain call. */
export type Instantiate = <P extends Protocol>(behaviour: Behaviour<P>, self: ActorContext) => Handles<P>

/**
 * Whether `behaviour` is a class rather than a function: the prototype of a class cannot be replaced, and one
 * that a compiler wrote as a function has methods in its prototype, or inherits some.
 */
export function isActorClass<P extends Protocol>(behaviour: Behaviour<P>): behaviour is ActorClass<P> {
  const prototype: unknown = behaviour.prototype
  if (prototype === undefined) return false // an arrow function or a method
  if (Object.getOwnPropertyDescriptor(behaviour, 'prototype')?.writable === false) return true
  if (typeof prototype !== 'object' || prototype === null) return false
  return (
    Reflect.ownKeys(prototype).some(key => key !== 'constructor') ||
    Object.getPrototypeOf(prototype) !== Object.prototype
  )
}
