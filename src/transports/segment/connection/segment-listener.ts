import type { Observable, Subscription } from 'rxjs'
import {
  type Address,
  Arrivals,
  type Connection,
  isSignalboxError,
  type Listener,
  reasonOf,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../../core/contracts/index.js'
import { ControlLine } from '../control-line.js'
import { offerMemory } from '../introduce.js'
import type { Sizes } from '../layout.js'
import { rephrased } from '../rephrased.js'
import type { SegmentSource } from '../segment-source.js'
import { SegmentConnection } from './segment-connection.js'

/**
 * Listens at `address`.
 * @param mine the sizes that this side takes part in at most
 * @param spin whether this side may spin
 * @param segments where the memory is made
 */
export async function listen(
  address: Address,
  context: TransportContext,
  { signal }: TransportOptions,
  mine: Sizes,
  spin: boolean,
  segments: SegmentSource,
): Promise<Listener> {
  throwIfAborted(`listen on ${address.href}`, signal)
  // Before somebody could come whom nobody would meet.
  await segments.sweep().catch(error => {
    context.log.warn(`${address.href}: memory that is left of dead processes stays: ${reasonOf(error)}`)
  })
  const place = context.rendezvous.listen(address, signal === undefined ? {} : { signal })
  const controls = await place.catch(error => {
    throw rephrased(`listen on ${address.href}`, error)
  })
  return new SegmentListener(address, context, controls, segments, mine, spin)
}

/** Shares memory with each that comes to the meeting place. */
class SegmentListener implements Listener {
  readonly connections$: Observable<Connection>
  readonly #arrivals = new Arrivals()
  readonly #subscription: Subscription
  /** Introductions that are under way. */
  readonly #strangers = new Set<ControlLine>()

  constructor(
    readonly address: Address,
    private readonly context: TransportContext,
    private readonly controls: Listener,
    private readonly segments: SegmentSource,
    private readonly mine: Sizes,
    private readonly spin: boolean,
  ) {
    this.connections$ = this.#arrivals.connections$
    this.#subscription = controls.connections$.subscribe(control => void this.#meet(control))
  }

  async close(): Promise<void> {
    this.#subscription.unsubscribe()
    this.#arrivals.complete()
    for (const line of this.#strangers) line.abort()
    await this.controls.close()
  }

  async #meet(control: Connection): Promise<void> {
    const { spin } = this
    const { clock, log } = this.context
    const { href } = this.address
    const line = new ControlLine(control)
    this.#strangers.add(line)
    const what = `share memory at ${href}`
    try {
      const shared = await offerMemory({ line, what, mine: this.mine, clock }, this.segments)
      this.#arrivals.add(
        new SegmentConnection({ name: href, role: 'listener', control: line, clock, spin, ...shared }),
      )
    } catch (error) {
      if (!isSignalboxError(error, 'CLOSED')) log.warn(`${href}: a peer was refused: ${reasonOf(error)}`)
    } finally {
      this.#strangers.delete(line)
    }
  }
}
