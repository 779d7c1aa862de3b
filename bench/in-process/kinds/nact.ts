import { dispatch, query, spawn, start, stop } from 'nact'
import type { Actors, Told } from '../actors.js'

type Actor = ReturnType<typeof spawn>

/** Actors of nact, without a state. */
export function nactActors(): Actors<Actor> {
  const system = start()
  return {
    spawn: (name, handle) => spawn(system, (_state: undefined, told: Told) => handle(told), name),
    tell: (actor, told) => dispatch(actor, told),
    async answering(answer) {
      const answerer = spawn(
        system,
        (_state: undefined, { told, sender }: { told: Told; sender: Actor }) =>
          dispatch(sender, answer(told)),
        'answerer',
      )
      return told => query(answerer, (sender: Actor) => ({ told, sender }), 5000)
    },
    stop: (_name, actor) => stop(actor),
    close: () => stop(system),
  }
}
