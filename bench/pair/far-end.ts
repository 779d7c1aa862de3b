import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { Far, Observed } from './far.js'
import { scriptOf } from './payload.js'
import type { Peer, Place } from './peer.js'
import { Receiver } from './receiver.js'

/** The far end of a pair itself: serves a peer, and looks at what arrives. */
export class FarEnd implements Far {
  readonly child = undefined
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 })
  #before = process.cpuUsage()

  private constructor(
    private readonly receiver: Receiver,
    private readonly stop: () => Promise<void>,
    private readonly alone: boolean,
  ) {}

  /**
   * @param answers whether each message is a question
   * @param alone whether nobody else is in this process, so that its CPU is that of this end
   * @throws why the peer cannot serve here
   */
  static async serve(peer: Peer, place: Place, answers: boolean, alone: boolean): Promise<FarEnd> {
    const receiver = new Receiver(scriptOf(place.payload), answers)
    return new FarEnd(receiver, await peer.serve(place, receiver), alone)
  }

  async begin(count: number, watched = false): Promise<number> {
    this.receiver.begin(count)
    this.#loopDelay.reset()
    if (watched) this.#loopDelay.enable()
    this.#before = process.cpuUsage()
    return mostMemory()
  }

  async complete(): Promise<Observed> {
    await this.receiver.complete()
    const { user, system } = process.cpuUsage(this.#before)
    this.#loopDelay.disable()
    return {
      far: 'complete',
      cpu: this.alone ? user + system : 0,
      loopDelay: this.#loopDelay.count === 0 ? 0 : this.#loopDelay.percentile(99) / 1e6,
      memory: mostMemory(),
    }
  }

  close(): Promise<void> {
    return this.stop()
  }
}

/** MiB that were resident at once, at most, since the process started. */
function mostMemory(): number {
  return process.resourceUsage().maxRSS / 1024
}
