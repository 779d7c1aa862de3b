/** First in, first out, without moving what waits: an array whose front is forgotten in bulk. */
export class Queue<T> {
  #items: (T | undefined)[] = []
  #front = 0

  get size(): number {
    return this.#items.length - this.#front
  }

  push(item: T): void {
    this.#items.push(item)
  }

  peek(): T | undefined {
    return this.#items[this.#front]
  }

  shift(): T | undefined {
    if (this.#front === this.#items.length) return undefined
    const item = this.#items[this.#front]
    this.#items[this.#front++] = undefined // what was taken may be collected
    if (this.#front === this.#items.length) this.clear()
    else if (this.#front >= 1024 && this.#front * 2 > this.#items.length) this.#compact()
    return item
  }

  /** Removes `item` wherever it stands; false when it is not there. */
  remove(item: T): boolean {
    const at = this.#items.indexOf(item, this.#front)
    if (at < 0) return false
    this.#items.splice(at, 1)
    return true
  }

  clear(): void {
    this.#items = []
    this.#front = 0
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.#front; at < this.#items.length; at++) yield this.#items[at] as T
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#front)
    this.#front = 0
  }
}
