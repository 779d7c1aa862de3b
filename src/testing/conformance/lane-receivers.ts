import type { LinkHost } from '../../core/link/index.js'
import { MAIN_LANE } from './end.js'
import { LaneReceiver } from './lane-receiver.js'

/** Receives all lanes of a link, each by its label; a lane may be prepared before the peer opens it. */
export class LaneReceivers implements LinkHost {
  /** Gets what is accepted in the main lane. */
  forward: ((message: Uint8Array) => void) | undefined
  readonly #receivers = new Map<string, LaneReceiver>()
  readonly control = this.of('control')
  readonly replies = this.of('replies')

  of(lane: string): LaneReceiver {
    const known = this.#receivers.get(lane)
    if (known !== undefined) return known
    const created = new LaneReceiver(message => lane === MAIN_LANE && this.forward?.(message))
    this.#receivers.set(lane, created)
    return created
  }

  laneOpened(label: Uint8Array): LaneReceiver {
    return this.of(Buffer.from(label).toString())
  }

  /** The link is over. */
  end(why: string): void {
    for (const receiver of this.#receivers.values()) receiver.end(why)
  }
}
