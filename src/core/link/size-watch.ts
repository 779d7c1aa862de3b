/** Who waits for a message, and from how many bytes on. */
interface Watcher {
  readonly from: number
  seen(): void
}

/** Tells when a message of some size comes or leaves, for what is worth while for large ones only. */
export class SizeWatch {
  readonly #watchers = new Set<Watcher>()
  /** The least that anybody waits for: it is all that a message is compared with. */
  #least = Number.POSITIVE_INFINITY

  /** Accounts for a message. */
  saw(bytes: number): void {
    if (bytes < this.#least) return
    for (const watcher of this.#watchers) if (bytes >= watcher.from) watcher.seen()
  }

  /** Resolves with the next message of at least `from` bytes, or when the signal fires. */
  next(from: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const seen = () => {
        signal.removeEventListener('abort', seen)
        this.#watchers.delete(watcher)
        this.#least = Math.min(...[...this.#watchers].map(waiting => waiting.from))
        resolve()
      }
      const watcher: Watcher = { from, seen }
      this.#watchers.add(watcher)
      this.#least = Math.min(this.#least, from)
      signal.addEventListener('abort', seen, { once: true })
    })
  }
}
