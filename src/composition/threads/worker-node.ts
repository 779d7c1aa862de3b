import { once } from 'node:events'
import type { MessagePort, Worker } from 'node:worker_threads'

/** What a node in a thread says to the one that started it, when it can be spoken to. */
export interface Started {
  readonly name: string
}

/** A node in a thread that was started from here, and is linked with the node that started it. */
export class WorkerNode implements AsyncDisposable {
  /** Resolves with the thread's exit code when it has ended: 0 after `close`. It never rejects. */
  readonly exited: Promise<number>

  /** Use `spawnWorkerNode`. */
  constructor(
    /** The node's name. */
    readonly name: string,
    readonly thread: Worker,
    private readonly line: MessagePort,
  ) {
    this.exited = once(thread, 'exit').then(
      ([code]) => code as number,
      () => 1, // what it threw ended it
    )
  }

  /**
   * Closes the node, and resolves with the exit code when its thread has ended by itself. That waits for whatever else the
   * thread has open. Closing twice is harmless.
   */
  close(): Promise<number> {
    this.thread.ref() // who waits for its end wants to see it
    this.line.postMessage('close')
    return this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
