import type { SessionReceiver } from 'signalbox/testing'
import type { Arrived } from './session-contracts.js'

/** Counts what arrives, and what is wrong with it. */
export class SessionTally implements SessionReceiver {
  readonly #counts = { sessions: 0, heard: 0, twice: 0, overtaken: 0, damaged: 0 }

  began(): void {
    this.#counts.sessions++
  }

  laneOpened() {
    let expected = 0
    return {
      accept: (message: Uint8Array) => {
        const number = numberOf(message)
        const last = message[message.length - 1]
        this.#counts.heard++
        if (last !== number % 256 || message[4] !== last) this.#counts.damaged++
        if (number < expected) this.#counts.twice++
        else if (number > expected) this.#counts.overtaken++
        else expected++
      },
    }
  }

  report(): Arrived {
    return { event: 'tally', ...this.#counts }
  }
}

function numberOf([a = 0, b = 0, c = 0, d = 0]: Uint8Array): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}
