/** An emptied list of up to this many places is used again: making one anew would cost more than a message. */
const KEPT = 1024

/** First in, first out, without moving what waits: a list whose front is forgotten in bulk. */
export class Queue<T> {
  #items: (T | undefined)[] = []
  #front = 0
  #end = 0

  get size(): number {
    return this.#end - this.#front
  }

  push(item: T): void {
    this.#items[this.#end++] = item
  }

  peek(): T | undefined {
    return this.#front === this.#end ? undefined : this.#items[this.#front]
  }

  shift(): T | undefined {
    if (this.#front === this.#end) return undefined
    const item = this.#items[this.#front]
    this.#items[this.#front++] = undefined // what was taken may be collected
    if (this.#front === this.#end) this.#startOver()
    else if (this.#front >= KEPT && this.#front * 2 > this.#end) this.#compact()
    return item
  }

  /** Removes `item` wherever it stands; false when it is not there. */
  remove(item: T): boolean {
    const at = this.#items.indexOf(item, this.#front)
    if (at < 0) return false
    this.#items.splice(at, 1)
    this.#end--
    if (this.#front === this.#end) this.#startOver()
    return true
  }

  clear(): void {
    this.#items = []
    this.#front = 0
    this.#end = 0
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.#front; at < this.#end; at++) yield this.#items[at] as T
  }

  #startOver(): void {
    if (this.#end > KEPT) this.#items = []
    this.#front = 0
    this.#end = 0
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#front, this.#end)
    this.#front = 0
    this.#end = this.#items.length
  }
}
