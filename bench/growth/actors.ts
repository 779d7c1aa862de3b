import type { Contestant } from '../contestant.js'
import { Burst } from '../in-process/burst.js'
import { signalboxActors } from '../in-process/kinds/signalbox.js'
import { timed } from '../in-process/timed.js'
import { Crowd } from './crowd.js'

/** Messages on their way at once: they fit in one mailbox. */
const BURST = 500

/** A node with `size` actors, which are told in turn: what each took to start and to keep, and what telling them costs. */
export async function manyActors(size: number): Promise<Contestant> {
  const actors = await signalboxActors()
  const burst = new Burst()
  const handle = () => burst.handled()
  const crowd = new Crowd(size, at => actors.spawn(`actor-${at}`, handle))
  let next = 0
  const tellInTurn = timed(async count => {
    const bursts = Math.ceil(count / BURST)
    for (let at = 0; at < bursts; at++) {
      const over = burst.of(BURST)
      for (let number = 0; number < BURST; number++) {
        const actor = crowd.members[next]
        if (actor !== undefined) actors.tell(actor, { number })
        next = next + 1 === size ? 0 : next + 1
      }
      await over
    }
    return bursts * BURST
  })
  return {
    async round(count) {
      const measured = await crowd.gather()
      return { ...(await tellInTurn(count)), measured }
    },
    close: async () => actors.close(),
  }
}
