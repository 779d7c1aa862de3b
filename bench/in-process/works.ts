import type { Sample } from '../sample.js'
import type { Actors } from './actors.js'
import { Burst } from './burst.js'
import { heap } from './heap.js'
import { timed } from './timed.js'

/** What is done with actors: prepared once, then done `count` times a round. */
export type Work = (actors: Actors) => Promise<(count: number) => Promise<Sample>>

/** Messages on their way at once: they fit in a mailbox. */
const BURST = 500
const RING = 100

/** Tells one actor, in bursts; each is over when all of it was handled. */
const tell: Work = async actors => {
  const burst = new Burst()
  let sum = 0
  const actor = await actors.spawn('told', told => {
    sum += told.number
    burst.handled()
  })
  return timed(async count => {
    const bursts = Math.ceil(count / BURST)
    sum = 0
    for (let at = 0; at < bursts; at++) {
      const over = burst.of(BURST)
      for (let number = 0; number < BURST; number++) actors.tell(actor, { number })
      await over
    }
    expectSame(sum, (bursts * BURST * (BURST - 1)) / 2)
    return bursts * BURST
  })
}

/** Sends tokens round a ring of actors: each tells the next one, until a token has gone round. */
const ring: Work = async actors => {
  const burst = new Burst()
  const all: unknown[] = []
  for (let at = 0; at < RING; at++) {
    const next = (at + 1) % RING
    const handle = ({ number }: { readonly number: number }) => {
      if (number === 0) burst.handled()
      else actors.tell(all[next], { number: number - 1 })
    }
    all.push(await actors.spawn(`ring-${at}`, handle))
  }
  return timed(async count => {
    const tokens = Math.min(BURST, Math.ceil(count / RING))
    const laps = Math.ceil(count / (tokens * RING))
    for (let lap = 0; lap < laps; lap++) {
      const over = burst.of(tokens)
      for (let token = 0; token < tokens; token++) actors.tell(all[0], { number: RING - 1 })
      await over
    }
    return laps * tokens * RING
  })
}

/** Asks one actor, one question at a time. */
const ask: Work = async actors => {
  const asked = await actors.answering?.(({ number }) => number + 1)
  if (asked === undefined) throw new Error('it cannot be asked')
  return timed(async count => {
    let sum = 0
    for (let number = 0; number < count; number++) sum += await asked({ number })
    expectSame(sum, (count * (count + 1)) / 2)
    return count
  })
}

/** Starts actors, all of which stay; then looks how much memory each takes. */
const spawn: Work = async actors => {
  let generation = 0
  const handle = () => {}
  // One outlives all others, as in a program: V8 throws away the code that makes a shape with the last of its kind.
  const oldest = await actors.spawn('oldest', handle)
  return async count => {
    // Short, so that they lie ready: V8 puts longer ones together when they are first read, within the clock.
    const names = Array.from({ length: count }, (_, at) => `${generation}-${at}`)
    generation++
    const all: unknown[] = new Array(count).fill(oldest)
    const before = heap()
    const cpuBefore = process.cpuUsage()
    const begin = performance.now()
    for (let at = 0; at < count; at++) all[at] = await actors.spawn(names[at] ?? '', handle)
    const time = performance.now() - begin
    const { user, system } = process.cpuUsage(cpuBefore)
    const bytes = (heap() - before) / count
    for (const [at, actor] of all.entries()) await actors.stop(names[at] ?? '', actor)
    return { count, time, cpu: user + system, measured: { bytes } }
  }
}

const works: Readonly<Record<string, Work>> = { tell, ring, ask, spawn }

/** @throws when there is none of that name */
export function workNamed(name: string): Work {
  const work = works[name]
  if (work === undefined) throw new Error(`there is no work ${name}`)
  return work
}

function expectSame(sum: number, expected: number): void {
  if (sum !== expected) throw new Error(`what was handled sums up to ${sum}, not to ${expected}`)
}
