/** Which pages of a pool are in use. The lowest are taken first, so that the same few of them stay in the processor's cache. */
export class PageRuns {
  /** 1 for each page that is taken. */
  readonly #taken: Uint8Array

  constructor(pages: number) {
    this.#taken = new Uint8Array(pages)
  }

  /** The first of `run` free pages in a row; -1 when there are not as many. */
  find(run: number): number {
    for (let from = 0; ; ) {
      const start = this.#taken.indexOf(0, from)
      if (start < 0) return -1
      const taken = this.#taken.indexOf(1, start)
      const end = taken < 0 ? this.#taken.length : taken
      if (end - start >= run) return start
      from = end
    }
  }

  take(page: number, run: number): void {
    this.#taken.fill(1, page, page + run)
  }

  free(page: number, run: number): void {
    this.#taken.fill(0, page, page + run)
  }
}
