import { type ActorRef, type ErrorCode, isSignalboxError, type Node } from 'signalbox'
import { Counted, Counter } from './contracts.js'
import { readContent } from './files.js'
import { Tally } from './tally.js'

/**
 * Files that a worker has at once. No more are in memory, whatever the folder's size: the next one is
 * read when an answer has come, which also gives more files to the worker that is faster.
 */
const AT_ONCE = 16

/** Milliseconds after which a worker that does not answer is given up. */
const PATIENCE = 60_000

/** How a question fails when its worker is gone or going. Whether the file was counted there is unknown. */
const GONE: ErrorCode[] = [
  'PEER_LOST',
  'CLOSED',
  'ACTOR_STOPPED',
  'ACTOR_UNKNOWN',
  'NODE_UNKNOWN',
  'NO_LISTENER',
  'TIMEOUT',
]

/** A worker as the census knows it. */
interface Worker {
  readonly name: string
  readonly counter: ActorRef<typeof Counter>
  readonly tally: Tally
  lost: boolean
}

/**
 * Has workers count files, and owns the totals: a file counts when its answer comes, and only then. So one
 * whose worker died can be given to another worker, and is neither lost nor counted twice.
 */
export class Census {
  /** Files that could not be read. */
  skipped = 0
  readonly #workers: readonly Worker[]

  /** @param waiting files that no worker has */
  constructor(
    private readonly node: Node,
    private readonly waiting: string[],
    workers: readonly string[],
  ) {
    this.#workers = workers.map(name => {
      const counter = node.ref(Counter, `signalbox://${name}/counter`)
      return { name, counter, tally: new Tally(), lost: false }
    })
  }

  /** The names of the workers that died on the way. */
  get lost(): string[] {
    return this.#workers.filter(worker => worker.lost).map(worker => worker.name)
  }

  /** Has all files counted. @throws when a worker cannot count a file, or none is left */
  async take(signal: AbortSignal): Promise<void> {
    // Another round is for what a worker gave back when the others had no more to do.
    while (this.waiting.length > 0) {
      const living = this.#workers.filter(worker => !worker.lost)
      if (living.length === 0) throw new Error(`no worker is left for ${this.waiting.length} files`)
      const everybody = Array.from({ length: AT_ONCE }, () => living).flat()
      await Promise.all(everybody.map(worker => this.#employ(worker, signal)))
    }
  }

  /** Gives files to a worker, one after the other, as long as both last. */
  async #employ(worker: Worker, signal: AbortSignal): Promise<void> {
    while (!worker.lost) {
      signal.throwIfAborted()
      const path = this.waiting.pop()
      if (path === undefined) return
      const content = readContent(path)
      if (content === undefined) this.skipped++
      else await this.#count(worker, path, content)
    }
  }

  async #count(worker: Worker, path: string, content: Uint8Array): Promise<void> {
    try {
      worker.tally.add(await worker.counter.ask.count({ path, content }, { timeout: PATIENCE }))
      this.node.provide(Counted.of(worker.name), worker.tally.counts)
    } catch (error) {
      if (!isSignalboxError(error, ...GONE)) throw error
      worker.lost = true
      this.waiting.push(path)
    }
  }
}
