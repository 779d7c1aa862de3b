import { SignalboxError } from '../../core/contracts/errors.js'
import type { LaneSink } from '../../core/link/index.js'
import type { Progress } from './end.js'
import { Recorder } from './recorder.js'
import type { Script } from './script.js'

/** Receives one lane of a link: compares what arrives, and accepts, rejects or lets it wait. */
export class LaneReceiver implements LaneSink {
  readonly #recorder = new Recorder('message')
  readonly #forward: (message: Uint8Array) => void
  #paused = false
  #rejectEvery = Number.POSITIVE_INFINITY
  /** Accepts the message that waits; a lane hands over the next one only then. */
  #acceptWaiting: (() => void) | undefined

  /** @param forward also gets everything that is accepted */
  constructor(forward: (message: Uint8Array) => void) {
    this.#forward = forward
  }

  get progress(): Progress {
    return { frames: this.#recorder.frames, bytes: this.#recorder.bytes }
  }

  expect(script: Script): Promise<void> {
    return this.#recorder.expect(script)
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#acceptWaiting?.()
  }

  rejectEvery(every: number): void {
    this.#rejectEvery = every
  }

  accept(message: Uint8Array): void | Promise<void> {
    if (!this.#paused) return this.#take(message)
    const kept = message.slice()
    return new Promise<void>(resolve => {
      this.#acceptWaiting = resolve
    }).then(() => this.#take(kept))
  }

  /** Nothing comes any more. */
  end(why: string): void {
    this.#recorder.end(why)
  }

  #take(message: Uint8Array): void {
    this.#acceptWaiting = undefined
    this.#recorder.take(message)
    const number = this.#recorder.frames
    if (number % this.#rejectEvery === 0) {
      throw new SignalboxError('MAILBOX_FULL', `message ${number} is one too many`)
    }
    this.#forward(message)
  }
}
