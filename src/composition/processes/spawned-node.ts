import type { ChildProcess } from 'node:child_process'
import type { PipeEnds } from '../../transports/anonymous-pipe/index.js'
import type { WordChannel } from '../introduction/word-channel.js'

/** What a node in a process says to the one that started it, when it can be spoken to. */
export interface Started {
  readonly started: string
}

/** What its starter says to it. */
export const CLOSE = Object.freeze({ close: true })

/** How a process ended: its exit code, or the signal that ended it. */
export type ExitStatus = number | NodeJS.Signals

/** A node in a process that was started from here, and is linked with the node that started it. */
export class SpawnedNode implements AsyncDisposable {
  /** Use `spawnNode`. */
  constructor(
    /** The node's name. */
    readonly name: string,
    readonly process: ChildProcess,
    /** Resolves with its exit code, or the signal that ended it, when the process has ended. It never rejects. */
    readonly exited: Promise<ExitStatus>,
    private readonly line: WordChannel<PipeEnds>,
  ) {}

  /**
   * Closes the node, and resolves when its process has ended by itself. That waits for whatever else the process has
   * open. Closing twice is harmless.
   */
  close(): Promise<ExitStatus> {
    this.process.ref() // who waits for its end wants to see it
    this.line.say(CLOSE)
    return this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
