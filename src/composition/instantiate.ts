import { type Container, Container as InjectionContainer, type ServiceIdentifier } from 'inversify'
import { type ActorContext, type Instantiate, isActorClass, Self } from '../core/actors/index.js'
import type { Handles, Protocol } from '../core/contracts/index.js'

/**
 * Makes actors: a class by injection, from the node's container and with its own `Self`; a function by a call.
 */
export function instantiateFrom(container: Container): Instantiate {
  return (behaviour, self) => {
    if (!isActorClass(behaviour)) return behaviour(self)
    const own = new InjectionContainer({ parent: container, autobind: true })
    own.bind<ActorContext>(Self).toConstantValue(self)
    return own.get(behaviour as ServiceIdentifier<Handles<Protocol>>) as never
  }
}
