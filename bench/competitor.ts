import type { Entrant, Entry } from './comparison.js'
import type { Profile } from './profile/profiler.js'
import { RunningEntrant } from './running-entrant.js'
import { figuresOf, type Sample } from './sample.js'

/** Messages of the first round, in which nothing is compiled yet. */
const FIRST = 256

/** How many are done before any count: what V8 compiles only then is compiled, and no longer beside what is measured. */
const WARM = 10_000

/** Rounds that calibration may take, on a machine that gets slower and slower. */
const MOST_TRIES = 16

/** Rounds of the right length after which it is believed. */
const CONFIRMATIONS = 3

/** An entrant in a comparison: what it measured so far, or why it has dropped out. It drops out once, and says so. */
export class Competitor {
  #running: RunningEntrant | undefined
  #count = FIRST
  readonly #samples: Sample[] = []
  #missing: string | undefined
  #profile: Profile | undefined

  /** @param profiled whether to find out where its time goes */
  constructor(
    private readonly entrant: Entrant,
    private readonly profiled: boolean,
  ) {}

  get name(): string {
    return this.entrant.name
  }

  /** Starts it, or starts it anew. */
  async start(): Promise<void> {
    if (this.#missing !== undefined) return
    try {
      this.#running = await RunningEntrant.start(this.entrant, this.profiled)
    } catch (error) {
      await this.#dropOut(error)
    }
  }

  /** Does {@link WARM} that are not counted, or as many as take `longest` ms. */
  async warmUp(longest: number): Promise<void> {
    await this.#attempt(async running => {
      for (let done = 0, spent = 0, count = FIRST; done < WARM && spent < longest; count *= 2) {
        const { time } = await running.round(count)
        done += count
        spent += time
      }
    })
  }

  /** Settles on `count`, and does so many rounds that are not counted. */
  async settle(count: number, rounds: number): Promise<void> {
    this.#count = count
    await this.#attempt(async running => {
      for (let round = 0; round < rounds; round++) await running.round(count)
    })
  }

  /**
   * Finds how many make a round of about `length` ms. These rounds are not counted either: some get faster and faster, so that
   * a number counts as found only when as many took that long several times.
   */
  async calibrate(length: number): Promise<void> {
    await this.#attempt(async running => {
      let confirmed = 0
      for (let tries = 0; tries < MOST_TRIES && confirmed < CONFIRMATIONS; tries++) {
        const { time } = await running.round(this.#count)
        if (time < length * 0.7)
          this.#count = Math.ceil(this.#count * Math.min(8, length / Math.max(time, length / 16)))
        // As many of the slowest would take longer than all that the others do.
        else if (time > length * 2 && this.#count > 1) this.#count = Math.ceil((this.#count * length) / time)
        else confirmed++
      }
    })
  }

  async round(): Promise<void> {
    await this.#attempt(async running => {
      this.#samples.push(await running.round(this.#count))
    })
  }

  async close(): Promise<void> {
    this.#profile ??= await this.#running?.close()
    this.#running = undefined
  }

  entry(): Entry {
    const who = { entrant: this.name, ...(this.#profile && { profile: this.#profile }) }
    if (this.#missing !== undefined) return { ...who, missing: this.#missing }
    return { ...who, figures: figuresOf(this.#samples) }
  }

  async #attempt(work: (running: RunningEntrant) => Promise<void>): Promise<void> {
    if (this.#running === undefined) return
    try {
      await work(this.#running)
    } catch (error) {
      await this.#dropOut(error)
    }
  }

  async #dropOut(why: unknown): Promise<void> {
    this.#missing = why instanceof Error ? (why.message.split('\n')[0] ?? '') : String(why)
    await this.close()
  }
}
