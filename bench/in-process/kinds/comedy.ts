import { type ActorRef, createSystem } from 'comedy'
import type { Actors } from '../actors.js'

/** Actors of comedy that live in this process. */
export async function comedyActors(): Promise<Actors<ActorRef>> {
  const system = createSystem({ test: true, loggerConfig: { categories: { Default: 'Silent' } } })
  const root = await system.rootActor()
  const here = { mode: 'in-memory' }
  return {
    spawn: async (_name, told) => root.createChild({ told }, here),
    tell: (actor, told) => void actor.send('told', told),
    async answering(asked) {
      const answerer = await root.createChild({ asked }, here)
      return told => answerer.sendAndReceive('asked', told)
    },
    stop: (_name, actor) => actor.destroy(),
    close: () => system.destroy(),
  }
}
