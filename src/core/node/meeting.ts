import type { Subscription } from 'rxjs'
import { type Clock, type Log, reasonOf, type Timer } from '../contracts/index.js'
import type { Directory } from './directory.js'
import type { RemoteNode } from './remote-node.js'

/** Milliseconds until something that failed is tried again: at first, and at most. */
const AGAIN = { first: 50, last: 5000 } as const

/** What {@link Meeting} needs. */
export interface MeetingOptions {
  /** The name of this node, which does not meet itself. */
  readonly self: string
  readonly directory: Directory
  readonly clock: Clock
  readonly log: Log
  node(name: string): RemoteNode
}

/** Keeps a session with every node of the directory, while it is on. */
export class Meeting {
  #on = false
  #watching: Subscription | undefined
  /** What is to be tried again: nodes, and watching the directory itself. */
  readonly #again = new Map<RemoteNode | Directory, Timer>()

  constructor(private readonly options: MeetingOptions) {}

  start(): void {
    this.#on = true
    this.#watch(AGAIN.first)
  }

  stop(): void {
    this.#on = false
    this.#watching?.unsubscribe()
    for (const timer of this.#again.values()) timer.cancel()
    this.#again.clear()
  }

  /** The last session with a node has ended: perhaps the node is there again, or still. */
  lost(node: RemoteNode): void {
    if (this.#on) this.#meet(node, AGAIN.first)
  }

  #watch(pause: number): void {
    const { self, directory, log } = this.options
    this.#watching = directory.changes$.subscribe({
      next: entries => {
        for (const { name } of entries) if (name !== self) this.#meet(this.options.node(name), AGAIN.first)
      },
      error: (error: unknown) => {
        log.warn('the directory cannot be watched now, so new nodes are not met', { reason: reasonOf(error) })
        this.#tryAgain(directory, pause, next => this.#watch(next))
      },
    })
  }

  /** A node that is there but cannot be reached now is tried again, less and less often. */
  #meet(node: RemoteNode, pause: number): void {
    this.#forget(node)
    if (node.session !== undefined) return
    node.connect().catch(async (error: unknown) => {
      const { log, directory } = this.options
      log.debug(`${node.name} was not met`, { reason: reasonOf(error) })
      const there = await directory.find(node.name).catch(() => undefined)
      if (there !== undefined) this.#tryAgain(node, pause, next => this.#meet(node, next))
    })
  }

  #tryAgain(what: RemoteNode | Directory, pause: number, run: (pause: number) => void): void {
    if (!this.#on) return // stopped in the meantime
    this.#forget(what)
    const again = () => {
      this.#again.delete(what)
      run(Math.min(2 * pause, AGAIN.last))
    }
    this.#again.set(what, this.options.clock.after(pause, again))
  }

  #forget(what: RemoteNode | Directory): void {
    this.#again.get(what)?.cancel()
    this.#again.delete(what)
  }
}
