import { isSignalboxError } from 'signalbox'
import type { DialledSession } from 'signalbox/testing'
import type { Flood, Sent } from './session-contracts.js'

type Link = DialledSession['link']
type Lane = ReturnType<Link['openLane']>

/** How often a flood tells that it goes on, at least, and after how many messages at the latest. */
const REPORTS = 200
const LONGEST_STEP = 50_000
const NOTHING = new Uint8Array()

/** Sends numbered messages in several lanes, as fast as they are taken. */
export class SessionFlood {
  readonly #count = { accepted: 0, rejected: 0, unknown: 0 }
  readonly #receipt = {
    settle: ({ status }: { status: keyof SessionFlood['counts'] }) => this.#settle(status),
  }
  #settled: () => void = () => {}
  readonly #step: number

  /** @param progress is called some hundred times in all */
  constructor(
    private readonly link: Link,
    private readonly flood: Flood,
    private readonly progress: () => void,
  ) {
    this.#step = Math.min(LONGEST_STEP, Math.ceil(flood.frames / REPORTS))
  }

  get counts(): Readonly<Record<'accepted' | 'rejected' | 'unknown', number>> {
    return this.#count
  }

  /** Resolves when everything has its outcome. */
  async run(): Promise<Omit<Sent, 'event' | 'joins'>> {
    const { lanes, frames } = this.flood
    const done = new Promise<void>(resolve => {
      this.#settled = resolve
    })
    for (let lane = 0; lane < lanes; lane++) {
      const share = Math.floor(frames / lanes) + (lane < frames % lanes ? 1 : 0)
      void this.#fill(this.link.openLane(Buffer.from(`lane ${lane}`)), share)
    }
    await done
    return this.#count
  }

  async #fill(lane: Lane, share: number): Promise<void> {
    const message = new Uint8Array(this.flood.size)
    const view = new DataView(message.buffer)
    for (let number = 0; number < share; number++) {
      view.setUint32(0, number)
      message.fill(number, 4)
      if (lane.offer(NOTHING, message, this.#receipt)) continue
      try {
        await lane.send(NOTHING, message)
        this.#settle('accepted')
      } catch (error) {
        this.#settle(isSignalboxError(error, 'PEER_LOST') ? 'unknown' : 'rejected')
      }
    }
  }

  #settle(status: keyof SessionFlood['counts']): void {
    this.#count[status]++
    const { accepted, rejected, unknown } = this.#count
    const settled = accepted + rejected + unknown
    if (settled % this.#step === 0) this.progress()
    if (settled === this.flood.frames) this.#settled()
  }
}
