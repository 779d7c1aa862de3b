/** What is done when this node begins or ceases to want something. */
export interface WantedTopicsListener {
  changed(topic: string, wanted: boolean): void
  /** Anything at all is wanted from now on, or nothing is. */
  anything(wanted: boolean): void
}

/** The topics that this node wants to hear, each as long as anybody here does. */
export class WantedTopics {
  /** How many want each. */
  readonly #wishes = new Map<string, number>()

  constructor(private readonly listener: WantedTopicsListener) {}

  /** All of them, each once. */
  topics(): Iterable<string> {
    return this.#wishes.keys()
  }

  /** @returns takes the wish back; a second call does nothing */
  want(topic: string): () => void {
    const before = this.#wishes.get(topic) ?? 0
    this.#wishes.set(topic, before + 1)
    if (before === 0) {
      this.listener.changed(topic, true)
      if (this.#wishes.size === 1) this.listener.anything(true)
    }
    let wanted = true
    return () => {
      if (!wanted) return
      wanted = false
      this.#unwant(topic)
    }
  }

  #unwant(topic: string): void {
    const left = (this.#wishes.get(topic) ?? 1) - 1
    if (left > 0) {
      this.#wishes.set(topic, left)
      return
    }
    this.#wishes.delete(topic)
    this.listener.changed(topic, false)
    if (this.#wishes.size === 0) this.listener.anything(false)
  }
}
