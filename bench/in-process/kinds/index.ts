import type { Actors } from '../actors.js'

/** Loaded when they take part: no kind shares its process with another one. */
const kinds: Readonly<Record<string, () => Promise<Actors>>> = {
  signalbox: async () => (await import('./signalbox.js')).signalboxActors() as Promise<Actors>,
  EventEmitter: async () => (await import('./event-emitter.js')).eventEmitters as Actors,
  'bare promise': async () => (await import('./bare-promise.js')).barePromises as Actors,
  'rxjs Subject': async () => (await import('./rxjs-subject.js')).rxjsSubjects as Actors,
  nact: async () => (await import('./nact.js')).nactActors() as Actors,
  comedy: async () => (await import('./comedy.js')).comedyActors() as Promise<Actors>,
  xstate: async () => (await import('./xstate.js')).xstateActors as Actors,
  effect: async () => (await import('./effect.js')).effectActors as Actors,
}

/** @throws when there is none of that name */
export async function actorsNamed(name: string): Promise<Actors> {
  const kind = kinds[name]
  if (kind === undefined) throw new Error(`there are no actors called ${name}`)
  return kind()
}
