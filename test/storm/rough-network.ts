import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { SeededRandom } from '../../src/testing/index.js'

/** What a network does to a connection. */
export const roughness = [
  /** Nothing passes for a while. */
  'stall',
  /** Nothing passes any more, and nobody is told. */
  'swallow',
  /** Both ends see it closed, in the middle of a frame. */
  'tear',
  /** Both ends see it reset. */
  'reset',
] as const

export type Roughness = (typeof roughness)[number]

/** Milliseconds of the longest stall. */
const LONGEST_STALL = 300

/** Two sockets that pass on what they read, as long as the network lets them. */
interface Passage {
  readonly near: Socket
  readonly far: Socket
  /** What passes: all, nothing, or only the first half of what comes next. */
  mood: 'passing' | 'swallowing' | 'tearing'
}

/** A TCP proxy that treats what passes it like a bad network: between real processes, unnoticed by them. */
export class RoughNetwork implements AsyncDisposable {
  readonly #fronts: Server[] = []
  readonly #passages = new Set<Passage>()

  constructor(private readonly random: SeededRandom) {}

  /** The port at which those are to be reached who listen at `port`. */
  async front(port: number): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, near => this.#open(near, port))
    this.#fronts.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  /**
   * Does it to one of the connections that there are. As TCP promises, what passes is the beginning of what was sent
   * and leaves nothing out: behind what was swallowed, nothing passes any more.
   */
  disturb(how: Roughness): void {
    const passages = [...this.#passages]
    const passage = passages[this.random.below(Math.max(1, passages.length))]
    if (passage === undefined) return
    if (how === 'stall') this.#stall(passage)
    else if (how === 'reset') {
      passage.near.resetAndDestroy()
      passage.far.resetAndDestroy()
    } else if (passage.mood === 'passing') passage.mood = how === 'swallow' ? 'swallowing' : 'tearing'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { near, far } of this.#passages) {
      near.destroy()
      far.destroy()
    }
    await Promise.all(this.#fronts.map(front => new Promise(resolve => front.close(resolve))))
  }

  #open(near: Socket, port: number): void {
    const passage: Passage = {
      near,
      far: connect({ host: '127.0.0.1', port, allowHalfOpen: true }),
      mood: 'passing',
    }
    this.#passages.add(passage)
    this.#pass(passage, passage.near, passage.far)
    this.#pass(passage, passage.far, passage.near)
  }

  #pass(passage: Passage, from: Socket, to: Socket): void {
    from.on('data', bytes => {
      if (passage.mood === 'swallowing') return
      if (passage.mood === 'tearing') {
        to.end(bytes.subarray(0, bytes.length >> 1))
        from.destroy()
      } else if (!to.write(bytes)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
    from.on('end', () => {
      if (passage.mood === 'passing') to.end()
    })
    from.on('error', () => {}) // whoever is at the other end sees that it is closed
    from.on('close', () => {
      this.#passages.delete(passage)
      if (from.errored) to.resetAndDestroy()
      else to.end()
    })
  }

  #stall({ near, far }: Passage): void {
    near.pause()
    far.pause()
    setTimeout(() => {
      near.resume()
      far.resume()
    }, this.random.below(LONGEST_STALL)).unref()
  }
}
