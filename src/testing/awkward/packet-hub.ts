import { type Observable, Subject } from 'rxjs'
import {
  type Address,
  type Capabilities,
  type CloseReason,
  type Endpoint,
  type Packet,
  type PacketTransport,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { POISON } from '../poisoned.js'
import { InProcessTransport } from './in-process.js'

/** How a hub treats packets. */
export interface HubManners {
  readonly name: string
  readonly summary: string
  readonly capabilities: Capabilities
  /** Milliseconds after which each copy of a packet arrives; none: it is lost. 0 is a later turn. */
  readonly fate: () => readonly number[]
  /** Whether a sender is told that nobody is at an address. @default false */
  readonly tellsAbsence?: boolean
  /** Whether packets are lent as well, and overwritten afterwards. @default false */
  readonly lends?: boolean
  /** Whether a send is refused, whatever room there is. */
  readonly refuses?: () => boolean
}

/** Packets on their way to one endpoint before `send` says `full`. */
const CAPACITY = 256

/** A mechanism without connections, within this process. What one hub's endpoints send, no other hub's hear. */
export class PacketHub extends InProcessTransport implements PacketTransport {
  readonly shape = 'packet'
  readonly name: string
  readonly summary: string
  protected readonly capabilities: Capabilities
  readonly #places = new Map<string, Set<HubEndpoint>>()

  constructor(readonly manners: HubManners) {
    super()
    this.name = manners.name
    this.summary = manners.summary
    this.capabilities = Object.freeze(manners.capabilities)
  }

  returnAddress(to: Address, unique: string): Address {
    return this.#isGroup ? to : this.nodeAddress('return', unique)
  }

  async open(address: Address, context: TransportContext, options: TransportOptions = {}): Promise<Endpoint> {
    this.assertOwn(address)
    throwIfAborted(`open ${address.href}`, options.signal)
    const place = this.#places.get(address.path) ?? new Set()
    if (place.size > 0 && !this.#isGroup) {
      throw new SignalboxError(
        'ADDRESS_IN_USE',
        `${address.href}: somebody in this process listens there already`,
      )
    }
    const endpoint = new HubEndpoint(this, address, context)
    this.#places.set(address.path, place.add(endpoint))
    return endpoint
  }

  /** Who hears what is sent there; whoever is not there hears nothing. */
  receivers(from: HubEndpoint, to: Address | 'all'): HubEndpoint[] {
    if (this.#isGroup && to !== 'all') {
      throw new SignalboxError(
        'ADDRESS_INVALID',
        `${to.href}: this mechanism cannot send to a single receiver`,
      )
    }
    const place = this.#places.get(to === 'all' ? from.address.path : to.path) ?? []
    return [...place].filter(endpoint => endpoint !== from)
  }

  leave(endpoint: HubEndpoint): void {
    const place = this.#places.get(endpoint.address.path)
    place?.delete(endpoint)
    if (place?.size === 0) this.#places.delete(endpoint.address.path)
  }

  get #isGroup(): boolean {
    return this.capabilities.group === 'always'
  }
}

class HubEndpoint implements Endpoint {
  readonly packets$ = new Subject<Packet>()
  readonly lent$?: Observable<Packet>
  readonly #lent = new Subject<Packet>()
  readonly writable$ = new Subject<void>()
  readonly unreachable$?: Observable<Address>
  readonly #unreachable = new Subject<Address>()
  readonly closed: Promise<CloseReason>
  #onTheWay = 0
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}
  /** Who was refused here, and is to try again. */
  readonly #refused = new Set<HubEndpoint>()
  #retrying = false
  /** Keeps the process alive, as an open socket does. */
  readonly #hold = setInterval(() => {}, 2 ** 31 - 1)

  constructor(
    private readonly hub: PacketHub,
    readonly address: Address,
    private readonly context: TransportContext,
  ) {
    if (hub.manners.lends) this.lent$ = this.#lent
    if (hub.manners.tellsAbsence) this.unreachable$ = this.#unreachable
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  send(bytes: Uint8Array, to: Address | 'all'): 'sent' | 'full' {
    const { maxFrame } = this.hub.describe(this.address)
    if (bytes.length > maxFrame) {
      throw new SignalboxError('FRAME_TOO_LARGE', `a packet of ${bytes.length} B is over ${maxFrame} B`)
    }
    const receivers = this.hub.receivers(this, to)
    if (this.#over) return 'full'
    if (receivers.length === 0 && to !== 'all') queueMicrotask(() => this.#unreachable.next(to))
    const isLossy = this.hub.describe(this.address).delivery === 'lossy'
    const isFull = receivers.some(receiver => receiver.#onTheWay >= CAPACITY)
    if (this.hub.manners.refuses?.() || (isFull && !isLossy)) {
      for (const receiver of receivers) if (receiver.#onTheWay >= CAPACITY) receiver.#refused.add(this)
      if (!isFull) this.#retrySoon()
      return 'full'
    }
    for (const receiver of receivers) {
      for (const after of this.hub.manners.fate()) receiver.#arrive(bytes, this.address, after)
    }
    return 'sent'
  }

  async close(): Promise<void> {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#hold)
    this.hub.leave(this)
    this.packets$.complete()
    this.#lent.complete()
    this.writable$.complete()
    this.#unreachable.complete()
    for (const sender of this.#refused) sender.#retrySoon()
    this.#resolveClosed({ by: 'us' })
  }

  #arrive(bytes: Uint8Array, from: Address, after: number): void {
    if (this.#onTheWay >= CAPACITY) return // lost: the sender was not told to wait
    this.#onTheWay++
    const packet = { from, bytes: new Uint8Array(bytes) }
    const arrive = () => {
      this.#onTheWay--
      for (const sender of this.#refused) sender.#retrySoon()
      this.#refused.clear()
      if (!this.#over) this.packets$.next(packet)
      if (!this.#over) this.#lend(packet)
    }
    if (after === 0) setImmediate(arrive)
    else this.context.clock.after(after, arrive)
  }

  #lend({ from, bytes }: Packet): void {
    if (!this.#lent.observed) return
    const lent = new Uint8Array(bytes)
    this.#lent.next({ from, bytes: lent })
    lent.fill(POISON)
  }

  #retrySoon(): void {
    if (this.#retrying) return
    this.#retrying = true
    setImmediate(() => {
      this.#retrying = false
      if (!this.#over) this.writable$.next()
    })
  }
}
