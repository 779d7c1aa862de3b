/** Tells when as many messages as were sent are handled. */
export class Burst {
  #left = 0
  #over: () => void = () => {}

  of(size: number): Promise<void> {
    this.#left = size
    return new Promise(resolve => {
      this.#over = resolve
    })
  }

  handled(): void {
    if (--this.#left === 0) this.#over()
  }
}
