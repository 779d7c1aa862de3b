import { FileMapping } from 'signalbox/transports/file-mapping'

/** What a contender is about with something that he takes and gives back. */
export const Stage = {
  AWAY: 0,
  /** He may have it, and does not know. */
  ASKS: 1,
  HAS: 2,
  /** He may have given it back. */
  LEAVES: 3,
} as const

/** What a contender takes, one after the other. */
export const Prize = { MUTEX: 0, PERMIT: 1, SIGN: 2 } as const
export type Prize = (typeof Prize)[keyof typeof Prize]

/** Names of the objects. `visit` is opened anew for each turn, and closed behind it. */
export const NAMES = ['mutex', 'permits', 'sign', 'visit'] as const

const HEAD = 8
const LIVES = 4096
/** Places of plain words that only the mutex guards, the last one that of `visit`. */
const [OWNER, COUNT, TWIN, VISITOR] = [0, 1, 2, 3]
const [TOLD, CLASHES, TURNS, TARGET] = [4, 5, 6, 7]

/** What contenders do, in a file that outlives those who are killed. */
export class Contest {
  readonly #file: FileMapping
  readonly #words: Int32Array

  private constructor(file: FileMapping) {
    this.#file = file
    this.#words = new Int32Array(file.buffer)
  }

  static create(path: string): Contest {
    return new Contest(FileMapping.create(path, 4 * (HEAD + 4 * LIVES)))
  }

  static open(path: string): Contest {
    return new Contest(FileMapping.open(path))
  }

  enter(life: number, prize: Prize, stage: number): void {
    Atomics.store(this.#words, HEAD + 4 * life + prize, stage)
  }

  stageOf(life: number, prize: Prize): number {
    return Atomics.load(this.#words, HEAD + 4 * life + prize)
  }

  /** Begins to change what the mutex guards; one whose owner did not let go may have left it half-done. */
  beginChange(life: number, abandoned: boolean): void {
    const words = this.#words
    if (abandoned) Atomics.add(words, TOLD, 1)
    else if (words[OWNER] !== 0 || words[COUNT] !== words[TWIN]) this.#clash()
    words[OWNER] = life + 1
    words[TWIN] = words[COUNT] ?? 0
    words[COUNT] = (words[COUNT] ?? 0) + 1
  }

  endChange(life: number): void {
    const words = this.#words
    if (words[OWNER] !== life + 1) this.#clash()
    words[TWIN] = words[COUNT] ?? 0
    words[OWNER] = 0
  }

  beginVisit(life: number): void {
    this.#words[VISITOR] = life + 1
  }

  endVisit(life: number): void {
    if (this.#words[VISITOR] !== life + 1) this.#clash()
  }

  /** @returns whether it was the turn that {@link aim} named */
  turn(): boolean {
    return Atomics.add(this.#words, TURNS, 1) + 1 === Atomics.load(this.#words, TARGET)
  }

  /** Has the contender tell who takes that turn, counted from now on; nobody takes one at present. */
  aim(turns: number): void {
    Atomics.store(this.#words, TARGET, Atomics.load(this.#words, TURNS) + turns)
  }

  get turns(): number {
    return Atomics.load(this.#words, TURNS)
  }

  /** How many heard that an owner had not let go. */
  get told(): number {
    return Atomics.load(this.#words, TOLD)
  }

  /** How often two had at once what one may have. */
  get clashes(): number {
    return Atomics.load(this.#words, CLASHES)
  }

  close(): void {
    this.#file.unmap()
  }

  #clash(): void {
    Atomics.add(this.#words, CLASHES, 1)
  }
}
