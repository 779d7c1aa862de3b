import type { SignalboxError } from '../../core/contracts/index.js'
import type { Link, OutboundLane } from '../../core/link/index.js'
import type { DeliveryModel } from './delivery-model.js'
import { tokenOf } from './token-of.js'

/** A lane that a node sends in. */
interface Sending {
  readonly name: string
  readonly link: Link
  readonly lane: OutboundLane
}

const NOTHING = new Uint8Array()

/** What one node sends, and in which lanes. */
export class SimulatedSender {
  readonly #lanes: Sending[] = []
  #opened = 0

  /** @param life what the names of all its lanes begin with */
  constructor(
    private readonly life: string,
    private readonly most: number,
    private readonly model: DeliveryModel,
  ) {}

  /** A session begins: it has two lanes. */
  begins(link: Link): void {
    const names = `${this.life} ${tokenOf(link.session)}`
    this.#lanes.push({ name: `${names} control`, link, lane: link.control })
    this.#lanes.push({ name: `${names} replies`, link, lane: link.replies })
  }

  /** Sends one message in one of the lanes. */
  send(link: Link, chance: number, length: number): void {
    const { model } = this
    const lanes = this.#lanes.filter(lane => lane.link === link)
    const sending = lanes[chance % lanes.length]
    if (sending === undefined) return
    const { id, bytes } = model.sends(tokenOf(link.session), sending.name, length, () => link.ended)
    if (chance % 4 > 0) {
      sending.lane.send(NOTHING, bytes).then(
        () => model.settles(id, { status: 'accepted' }),
        (error: SignalboxError) => {
          if (error.code === 'OVERFLOW') model.takesBack(id)
          else model.settles(id, { status: error.code === 'PEER_LOST' ? 'unknown' : 'rejected', error })
        },
      )
    } else if (
      !sending.lane.offer(bytes.subarray(0, 2), bytes.subarray(2), { settle: o => model.settles(id, o) })
    ) {
      model.takesBack(id)
    }
  }

  /** Opens one more lane, or ends one where there are many. */
  openLane(link: Link, chance: number): void {
    const mine = this.#lanes.filter(lane => lane.link === link && lane.lane.id > 1)
    const old = mine[chance % 7]
    if (mine.length >= this.most - 1 && old !== undefined) {
      old.lane.end()
      this.#lanes.splice(this.#lanes.indexOf(old), 1)
      return
    }
    const name = `${this.life} ${tokenOf(link.session)} lane ${this.#opened++}`
    try {
      this.#lanes.push({ name, link, lane: link.openLane(Buffer.from(name)) })
    } catch {
      // As many as the peer takes are open, and one has not ended yet.
    }
  }
}
