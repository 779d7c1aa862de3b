import type { Counts } from './counts.js'

/** Tells how fast something goes, from the moment it is made. */
export class Stopwatch {
  readonly #started = performance.now()

  /** `2,500 files/s, 120.5 MB/s` */
  speedOf({ files, bytes }: Counts): string {
    const seconds = (performance.now() - this.#started) / 1000
    const rate = (count: number) => (count / seconds).toLocaleString('en', { maximumFractionDigits: 0 })
    return `${rate(files)} files/s, ${rate(bytes / 1e6)} MB/s`
  }
}
