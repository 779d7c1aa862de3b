import type { Observable, Subscription } from 'rxjs'
import {
  type CloseReason,
  type Connection,
  isSignalboxError,
  type Listener,
  reasonOf,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import type { BroadcastMessage } from './broadcast-message.js'
import { seatPlace } from './group-address.js'
import { throughDoor } from './group-door.js'
import { HeardRing } from './heard-ring.js'
import { OwnRing } from './own-ring.js'
import { meet, type RingPeer } from './ring-line.js'
import { MOST_READERS } from './ring-memory.js'
import type { RingSettings } from './ring-settings.js'
import { sweepSegments } from './sweep.js'

/** Hears what a group says. */
export type MembershipSink = (message: BroadcastMessage) => void

/**
 * This process in a group. Each member writes a ring of its own and hears those of all others, and has a control connection
 * with each: it meets those who come after it at its seat, and has met those who were there. Several endpoints of one
 * process share its membership, and hear each other through its own ring.
 */
export class Membership {
  readonly writable$: Observable<void>
  /** Resolves when this process is cut off from somebody in the group, or has left it. */
  readonly ended: Promise<CloseReason>
  readonly #peers = new Set<RingPeer>()
  readonly #sinks = new Map<number, MembershipSink>()
  #arrivals: Subscription | undefined
  #seat: Listener | undefined
  #self: HeardRing | undefined
  #lastOrigin = 0
  #over = false
  #resolveEnded: (reason: CloseReason) => void = () => {}

  private constructor(
    readonly group: string,
    private readonly ring: OwnRing,
    private readonly context: TransportContext,
  ) {
    this.writable$ = ring.writable$
    this.ended = new Promise(resolve => {
      this.#resolveEnded = resolve
    })
  }

  /** Becomes a member. @throws SignalboxError `LIMIT_EXCEEDED` when the group is full; `ABORTED`, `ACCESS_DENIED`, `SYSTEM` */
  static async join(
    group: string,
    settings: RingSettings,
    context: TransportContext,
    { signal }: TransportOptions,
  ): Promise<Membership> {
    const options = signal === undefined ? {} : { signal }
    const { clock, log, runtimeFolder, rendezvous } = context
    await sweepSegments(context, `join the group ${group}`)
    return throughDoor(group, rendezvous, options, async () => {
      const ring = new OwnRing({ ...settings, name: `group ${group}`, clock, log, runtimeFolder })
      const membership = new Membership(group, ring, context)
      try {
        await membership.#enter(signal)
        return membership
      } catch (error) {
        await membership.leave()
        throw error
      }
    })
  }

  /** Whether nobody of this process is in the group any more. */
  get isEmpty(): boolean {
    return this.#sinks.size === 0
  }

  /** Whether this process has left the group. */
  get isOver(): boolean {
    return this.#over
  }

  /** Another end in this process. @throws SignalboxError `LIMIT_EXCEEDED` when the group is full. @returns its number, which what it sends carries */
  add(sink: MembershipSink): number {
    if (this.#sinks.size > 0) this.#hearOurselves()
    const origin = ++this.#lastOrigin
    this.#sinks.set(origin, sink)
    return origin
  }

  remove(origin: number): void {
    this.#sinks.delete(origin)
  }

  /** @throws SignalboxError `FRAME_TOO_LARGE` */
  send(bytes: Uint8Array, origin: number): 'sent' | 'full' {
    return this.ring.send(bytes, origin)
  }

  /** Leaves the group; the others still get what was sent. Harmless twice. */
  async leave(): Promise<void> {
    if (this.#over) return
    this.#end({ by: 'us' })
    this.#arrivals?.unsubscribe()
    this.#self?.end({ by: 'us' })
    this.ring.close()
    await Promise.all([this.#seat?.close(), ...[...this.#peers].map(peer => this.#part(peer))])
  }

  /** Takes the first free seat, and meets all others. */
  async #enter(signal: AbortSignal | undefined): Promise<void> {
    const others: number[] = []
    for (let seat = 0; seat < MOST_READERS; seat++) {
      if (this.#seat !== undefined || !(await this.#sits(seat, signal))) others.push(seat)
    }
    if (this.#seat === undefined) {
      throw new SignalboxError(
        'LIMIT_EXCEEDED',
        `the group ${this.group} has ${MOST_READERS} members, and no room for more`,
      )
    }
    for (const seat of others) await this.#visit(seat, signal)
  }

  async #sits(seat: number, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const place = await this.context.rendezvous.listen(seatPlace(this.group, seat), signal && { signal })
      this.#seat = place
      this.#arrivals = place.connections$.subscribe(control => void this.#meet(control, undefined))
      return true
    } catch (error) {
      if (isSignalboxError(error, 'ADDRESS_IN_USE')) return false
      throw error
    }
  }

  async #visit(seat: number, signal: AbortSignal | undefined): Promise<void> {
    let control: Connection
    try {
      control = await this.context.rendezvous.connect(seatPlace(this.group, seat), signal && { signal })
    } catch (error) {
      if (isSignalboxError(error, 'NO_LISTENER')) return
      throw error
    }
    await this.#meet(control, signal)
  }

  async #meet(control: Connection, signal: AbortSignal | undefined): Promise<void> {
    const { clock, log } = this.context
    const name = `group ${this.group}`
    try {
      const sink = (message: BroadcastMessage) => this.#deliver(message, undefined)
      const peer = await meet(control, { what: `meet ${name}`, clock, signal, name, own: this.ring, sink })
      if (this.#over) return await this.#part(peer)
      this.#peers.add(peer)
      void peer.line.closed.then(() => this.#peers.delete(peer))
      void peer.heard?.ended.then(reason => this.#unheard(peer, reason))
      peer.heard?.resume()
    } catch (error) {
      if (isSignalboxError(error, 'ABORTED')) throw error
      if (!isSignalboxError(error, 'CLOSED')) log.warn(`${name}: a member was not met: ${reasonOf(error)}`)
    }
  }

  /** One that closed or died is gone, and the group goes on; but who is cut off hears a part of the group only. */
  #unheard({ line, pid }: RingPeer, reason: CloseReason): void {
    if (reason.by === 'fault')
      this.context.log.warn(`member ${pid ?? 'of unknown pid'}: ${reason.error.message}`)
    void line.close()
    if (reason.by === 'fault' && reason.error.code === 'OVERFLOW') this.#end(reason)
  }

  async #part({ line, heard }: RingPeer): Promise<void> {
    heard?.end({ by: 'us' })
    await line.close()
  }

  #hearOurselves(): void {
    if (this.#self !== undefined || this.#over) return
    const name = `group ${this.group}`
    const offer = this.ring.join({ ring: () => setImmediate(() => this.#self?.woken()), abort: () => {} })
    if (typeof offer === 'string') {
      throw new SignalboxError(
        'LIMIT_EXCEEDED',
        `${offer}; nothing is left for a second endpoint of this process`,
      )
    }
    const { segment } = this.ring
    this.#self = new HeardRing({
      name,
      offer,
      segment: { buffer: segment.buffer, close: () => {} }, // the ring's own
      sink: (message, origin) => this.#deliver(message, origin),
      ring: () => setImmediate(() => this.ring.lookForRoom()),
    })
    this.#self.resume()
  }

  /** @param origin which of our own ends sent it: that one does not hear it */
  #deliver(message: BroadcastMessage, origin: number | undefined): void {
    for (const [end, sink] of this.#sinks) if (end !== origin) sink(message)
  }

  #end(reason: CloseReason): void {
    if (reason.by === 'us') this.#over = true
    this.#resolveEnded(reason)
  }
}
