import { heap } from '../in-process/heap.js'

/** Fewer are too few to tell their memory from what else is there. */
const FEW = 1000

/** Many of the same, and what it took to make and to keep them. */
export class Crowd<Member> {
  readonly #members: Member[] = []
  #measured: Readonly<Record<string, number>> | undefined

  /** @param make makes one */
  constructor(
    private readonly size: number,
    private readonly make: (at: number) => Member | Promise<Member>,
  ) {}

  get members(): readonly Member[] {
    return this.#members
  }

  /**
   * Makes all of them, the first time: within a round, when nobody else is at work.
   * @returns µs for the `start` of each, and `bytes` that each keeps; nothing where they are few
   */
  async gather(): Promise<Readonly<Record<string, number>>> {
    if (this.#measured !== undefined) return this.#measured
    const before = heap()
    const begin = performance.now()
    for (let at = 0; at < this.size; at++) this.#members.push(await this.make(at))
    const start = ((performance.now() - begin) * 1000) / this.size
    const bytes = (heap() - before) / this.size
    this.#measured = this.size < FEW ? {} : { start, bytes }
    return this.#measured
  }
}
