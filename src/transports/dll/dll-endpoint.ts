import { Observable, Subject, share } from 'rxjs'
import {
  type Address,
  type CloseReason,
  type Endpoint,
  isSignalboxError,
  type Packet,
  reasonOf,
  SignalboxError,
  type TransportOptions,
} from '../../core/contracts/index.js'
import { holdEventLoop } from '../../native/event-loop-hold.js'
import { onceSignalled } from '../../native/win32/handle-wait.js'
import type { Bells } from './bells.js'
import { NOBODY, ownClaim } from './claim.js'
import { slotPlaceOf } from './dll-address.js'
import { OwnerWatch } from './owner-watch.js'
import type { SharedDll } from './shared-dll.js'
import { LARGEST_PACKET, RECORD_HEADER, RING } from './slot-layout.js'
import type { FoundSlot, SlotTable } from './slot-table.js'

/** How many packets are read before others get the event loop. */
const TURN = 64

/** A library and a slot in it, which become the endpoint's. */
export interface ClaimedSlot {
  readonly dll: SharedDll
  readonly bells: Bells
  readonly table: SlotTable
  readonly slot: number
}

/** A slot of one's own, and the way to those of others in the same library. */
export class DllEndpoint implements Endpoint {
  readonly packets$: Observable<Packet>
  readonly writable$: Observable<void>
  readonly unreachable$: Observable<Address>
  readonly closed: Promise<CloseReason>
  readonly #packets = new Subject<Packet>()
  readonly #writable = new Subject<void>()
  readonly #unreachable = new Subject<Address>()
  readonly #found = new Map<string, FoundSlot>()
  readonly #owners = new OwnerWatch()
  /** The slots in which this endpoint waits for room. */
  readonly #waiting = new Set<number>()
  readonly #releaseLoop = holdEventLoop()
  readonly #library: string
  #stopWaiting: () => void
  #next: NodeJS.Immediate | undefined
  #reading = false
  #over = false
  #resolveClosed: (reason: CloseReason) => void = () => {}

  constructor(
    readonly address: Address,
    private readonly own: ClaimedSlot,
    private readonly options: TransportOptions,
  ) {
    this.#library = slotPlaceOf(address, options).library
    this.packets$ = new Observable<Packet>(subscriber => {
      const subscription = this.#packets.subscribe(subscriber)
      this.#reading = !this.#over
      this.#readSoon()
      return () => {
        this.#reading = false
        subscription.unsubscribe()
      }
    }).pipe(share())
    this.writable$ = this.#writable.asObservable()
    this.unreachable$ = this.#unreachable.asObservable()
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    this.#stopWaiting = this.#awaitBell()
  }

  send(bytes: Uint8Array, to: Address | 'all'): 'sent' | 'full' {
    if (this.#over) return 'full'
    if (to === 'all') {
      const why = `${this.address.href}: a library has no groups; send to an address`
      throw new SignalboxError('ADDRESS_INVALID', why)
    }
    if (bytes.length > LARGEST_PACKET) {
      const why = `${to.href}: a packet of ${bytes.length} B is over the ${LARGEST_PACKET} B of a slot`
      throw new SignalboxError('FRAME_TOO_LARGE', `${why}; use a link (it cuts messages into parts)`)
    }
    for (;;) {
      const found = this.#found.get(to.href) ?? this.#find(to)
      if (found === undefined) {
        this.#tellUnreachable([to])
        return 'sent'
      }
      const outcome = this.#put(found, bytes)
      if (outcome !== 'gone') return outcome
      this.#found.delete(to.href)
    }
  }

  async close(): Promise<void> {
    this.#end({ by: 'us' })
  }

  /** Who finds no room waits for it before it looks once more, so that no ring is missed. */
  #put(found: FoundSlot, bytes: Uint8Array): 'sent' | 'full' | 'gone' {
    const { table, slot } = this.own
    const first = table.put(found, bytes)
    if (first === 'sent' || first === 'gone') return first
    table.awaitRoom(found.slot, slot)
    const second = table.put(found, bytes)
    if (second === 'sent' || second === 'gone') {
      if (!this.#waiting.has(found.slot)) table.stopAwaiting(found.slot, slot)
      return second
    }
    this.#waiting.add(found.slot)
    if (second === 'busy') this.#watch(table.writerOf(found.slot))
    return 'full'
  }

  /** @throws SignalboxError `ADDRESS_INVALID` */
  #find(to: Address): FoundSlot | undefined {
    const place = slotPlaceOf(to, this.options)
    if (place.library !== this.#library) {
      const why = `${to.href}: ${this.address.href} is in another library; open an endpoint in the same one`
      throw new SignalboxError('ADDRESS_INVALID', why)
    }
    const found = this.own.table.find(place.slot)
    if (found === undefined) return undefined
    this.#found.set(to.href, found)
    this.#watch(found.owner, to)
    return found
  }

  #watch(owner: bigint, to?: Address): void {
    if (owner === NOBODY || owner === ownClaim()) return
    this.#owners.watch(owner, to, lost => {
      for (const { href } of lost) this.#found.delete(href)
      this.#tellUnreachable(lost)
      this.#goOn()
    })
  }

  /** After what those had sent who are gone. */
  #tellUnreachable(addresses: readonly Address[]): void {
    queueMicrotask(() => {
      if (this.#reading) this.#read(RING / RECORD_HEADER)
      for (const address of addresses) this.#unreachable.next(address)
    })
  }

  #awaitBell(): () => void {
    const { bells, slot } = this.own
    return onceSignalled(bells.of(slot), () => {
      if (this.#over) return
      this.#stopWaiting = this.#awaitBell()
      this.#goOn()
      this.#readOn()
    })
  }

  #goOn(): void {
    if (this.#waiting.size === 0 || this.#over) return
    for (const slot of this.#waiting) this.own.table.stopAwaiting(slot, this.own.slot)
    this.#waiting.clear()
    this.#writable.next()
  }

  #readSoon(): void {
    this.#next ??= setImmediate(() => {
      this.#next = undefined
      this.#readOn()
    })
  }

  #readOn(): void {
    if (!this.#reading || this.#over) return
    this.own.table.unpark(this.own.slot)
    this.#read(TURN)
    if (this.#reading && !this.#over && !this.own.table.park(this.own.slot)) this.#readSoon()
  }

  #read(most: number): void {
    const { table, slot } = this.own
    try {
      for (let left = most; left > 0 && this.#reading && !this.#over; left -= 1) {
        const bytes = table.take(slot)
        if (bytes === undefined) break
        // Who sent it, a slot does not know.
        this.#packets.next({ from: undefined, bytes })
      }
      if (!this.#over) table.announceRoom(slot)
    } catch (error) {
      const fault = isSignalboxError(error)
        ? error
        : new SignalboxError('SYSTEM', reasonOf(error), { cause: error })
      this.#end({ by: 'fault', error: fault })
    }
  }

  #end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.#reading = false
    clearImmediate(this.#next)
    this.#stopWaiting()
    this.#owners.close()
    const { dll, bells, table, slot } = this.own
    for (const other of this.#waiting) table.stopAwaiting(other, slot)
    table.release(slot)
    bells.close()
    dll.unload()
    this.#releaseLoop()
    this.#packets.complete()
    this.#writable.complete()
    // After what was sent to nobody a moment ago.
    queueMicrotask(() => this.#unreachable.complete())
    this.#resolveClosed(reason)
  }
}
