import type { Actors } from '../actors.js'
import { barePromises } from './bare-promise.js'
import { eventEmitters } from './event-emitter.js'
import { rxjsSubjects } from './rxjs-subject.js'
import { signalboxActors } from './signalbox.js'

const kinds: Readonly<Record<string, () => Actors | Promise<Actors>>> = {
  EventEmitter: () => eventEmitters,
  'bare promise': () => barePromises,
  'rxjs Subject': () => rxjsSubjects,
  signalbox: signalboxActors,
}

/** @throws when there is none of that name */
export async function actorsNamed(name: string): Promise<Actors> {
  const kind = kinds[name]
  if (kind === undefined) throw new Error(`there are no actors called ${name}`)
  return kind()
}
