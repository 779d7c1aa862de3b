import { type Counts, sumOf } from './counts.js'

/** Adds counts up, by language. */
export class Tally {
  readonly #byLanguage = new Map<string, Counts>()

  constructor(counts: Iterable<Counts> = []) {
    for (const each of counts) this.add(each)
  }

  add(counts: Counts): void {
    const before = this.#byLanguage.get(counts.language)
    this.#byLanguage.set(counts.language, before === undefined ? counts : sumOf(before, counts))
  }

  /** One entry for each language, in the order of their names. */
  get counts(): Counts[] {
    return [...this.#byLanguage.values()].sort((a, b) => (a.language < b.language ? -1 : 1))
  }
}
