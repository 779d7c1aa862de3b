import { type Container, Container as InjectionContainer, type Newable } from 'inversify'
import {
  type ActorClass,
  type ActorContext,
  type Instantiate,
  isActorClass,
  Self,
} from '../core/actors/index.js'
import type { Handles, Protocol } from '../core/contracts/index.js'

/**
 * Makes actors: a class by injection, from the node's container and with its own `Self`; a function by a call.
 * What a class wants injected has to be bound: one that is not would otherwise be made up silently.
 */
export function instantiateFrom(container: Container): Instantiate {
  return (behaviour, self) => (isActorClass(behaviour) ? inject(container, behaviour, self) : behaviour(self))
}

function inject<P extends Protocol>(
  container: Container,
  behaviour: ActorClass<P>,
  self: ActorContext,
): Handles<P> {
  const actor = behaviour as unknown as Newable<Handles<P>>
  const own = new InjectionContainer({ parent: container })
  own.bind(Self).toConstantValue(self)
  if (!container.isBound(actor)) own.bind(actor).toSelf()
  return own.get(actor)
}
