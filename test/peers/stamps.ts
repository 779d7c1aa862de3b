import type { Connection, Frame } from 'signalbox'

/** Sizes of frames, in bytes: of all kinds that go different ways, and around the borders between them. */
const SIZES = [0, 1, 7, 8, 9, 64, 100, 1000, 4096, 8191, 8192, 8193, 20_000, 65_536, 300_000, 1_048_576]
/** Most frames are small ones. */
const LARGE_EVERY = 50

/** Frames whose every byte follows from their number, so that one torn or stale byte is seen. */
export class Stamps {
  readonly #scratch = new Uint8Array(1_048_576)

  /** @param count of the frames to send and to expect; `Infinity` for as many as there is time for */
  constructor(private readonly count: number) {}

  /** Sends them all, in place, as room comes. */
  async sendTo({ inPlace, writable$ }: Connection): Promise<void> {
    if (inPlace === undefined) throw new Error('it cannot be written in place')
    for (let number = 0; number < this.count; number++) {
      const length = lengthOf(number)
      let at = inPlace.reserve(length)
      while (at < 0) {
        await new Promise<void>(resolve => {
          const subscription = writable$.subscribe(() => {
            resolve()
            queueMicrotask(() => subscription.unsubscribe())
          })
        })
        at = inPlace.reserve(length)
      }
      inPlace.room.fill(stampOf(number), at, at + length)
      inPlace.commit(length)
      if (number % 1000 === 0) await new Promise(setImmediate)
    }
  }

  /** Resolves when they have all come, rejects when a byte is wrong. */
  expect(connection: Connection): Promise<void> {
    return new Promise((resolve, reject) => {
      let number = 0
      void connection.closed.then(() => reject(new Error(`only ${number} of ${this.count} frames came`)))
      connection.receive(frame => {
        try {
          this.check(frame, number)
        } catch (error) {
          reject(error)
        }
        if (++number === this.count) resolve()
      })
    })
  }

  /** @throws when one byte of the frame of that number is not as it was sent */
  check({ buffer, start, end }: Frame, number: number): void {
    const wanted = this.#scratch.subarray(0, lengthOf(number)).fill(stampOf(number))
    if (Buffer.compare(buffer.subarray(start, end), wanted) === 0) return
    throw new Error(`frame ${number} of ${end - start} B is not as it was sent`)
  }
}

function lengthOf(number: number): number {
  return SIZES[number % LARGE_EVERY === 0 ? (number / LARGE_EVERY) % SIZES.length : number % 8] ?? 0
}

function stampOf(number: number): number {
  return (number * 31 + (number >>> 8)) & 0xff
}
