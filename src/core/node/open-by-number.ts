/** Something that has a number of its own. */
interface WithNumber {
  readonly number: number
}

/** How many of the latest have a place; a power of two. */
const PLACES = 1024

/**
 * What is open under its number, which is mostly not for long: numbers count up, and each has the place of the one
 * `PLACES` before it. Who is still there then moves to a map. They do not all pass through a map, because that leads from
 * each table which it outgrew to the next one, and all who were in it survive until a collection of the whole heap.
 */
export class OpenByNumber<T extends WithNumber> {
  readonly #latest: (T | undefined)[] = []
  readonly #lingering = new Map<number, T>()

  /** Adds one whose number nobody here has. */
  add(added: T): void {
    const place = placeOf(added.number)
    const before = this.#latest[place]
    if (before !== undefined) this.#lingering.set(before.number, before)
    this.#latest[place] = added
  }

  get(number: number): T | undefined {
    const latest = this.#latest[placeOf(number)]
    if (latest?.number === number) return latest
    return this.#lingering.size === 0 ? undefined : this.#lingering.get(number)
  }

  /** Takes out the one with `number`; undefined where there is none. */
  take(number: number): T | undefined {
    const place = placeOf(number)
    const latest = this.#latest[place]
    if (latest?.number === number) {
      this.#latest[place] = undefined
      return latest
    }
    if (this.#lingering.size === 0) return undefined
    const lingering = this.#lingering.get(number)
    this.#lingering.delete(number)
    return lingering
  }

  /** Takes out all, in the order of their numbers. */
  takeAll(): T[] {
    const latest = this.#latest.splice(0).filter(one => one !== undefined)
    const all = [...this.#lingering.values(), ...latest]
    this.#lingering.clear()
    return all.sort((a, b) => a.number - b.number)
  }
}

function placeOf(number: number): number {
  return number & (PLACES - 1)
}
