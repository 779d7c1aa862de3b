import { type AnyActorRef, createActor, setup } from 'xstate'
import type { Actors, Told } from '../actors.js'

/** State machines of XState with one state. */
export const xstateActors: Actors<AnyActorRef> = {
  spawn(_name, handle) {
    const machine = setup({ types: { events: {} as { type: 'told'; told: Told } } }).createMachine({
      on: { told: { actions: ({ event }) => handle(event.told) } },
    })
    return createActor(machine).start()
  },
  tell: (actor, told) => actor.send({ type: 'told', told }),
  stop: (_name, actor) => void actor.stop?.(),
  close: () => {},
}
