import type { Message, Script } from './payload.js'

/** The receiving end of a work: checks that each message of a round comes once, whole and in its place. */
export class Receiver {
  #next = 0
  #fault: string | undefined
  #expected = 0
  #whenComplete: (() => void) | undefined

  /** @param answers whether each message is a question */
  constructor(
    private readonly script: Script,
    private readonly answers: boolean,
  ) {}

  /** Takes a message; what it returns, if anything, is to be sent back. */
  readonly receive = (message: Message): Message | undefined => {
    this.#took(this.script.isMessage(message, this.#next))
    return this.answers ? message : undefined
  }

  /** Takes a message where it lies: in `bytes`, from `start` to before `end`. */
  receiveAt(bytes: Uint8Array, start: number, end: number): void {
    this.#took(this.script.isMessageAt(bytes, start, end, this.#next))
  }

  /** A round of `count` messages begins: they are numbered from 0. */
  begin(count: number): void {
    this.#next = 0
    this.#expected = count
    this.#fault = undefined
  }

  /** Resolves when all have come. @throws when one was not what it should be */
  async complete(): Promise<void> {
    if (this.#next < this.#expected) {
      await new Promise<void>(resolve => {
        this.#whenComplete = resolve
      })
    }
    if (this.#next > this.#expected)
      this.#fault ??= `${this.#next} messages came instead of ${this.#expected}`
    if (this.#fault !== undefined) throw new Error(this.#fault)
  }

  #took(isRight: boolean): void {
    if (!isRight) this.#fault ??= `message ${this.#next} is not what was sent`
    this.#next++
    if (this.#next === this.#expected) this.#whenComplete?.()
  }
}
