import type { Observable } from 'rxjs'
import type { Address } from './address.js'
import type { Capabilities } from './capabilities.js'
import type { CloseReason, Connection } from './connection.js'
import type { TransportContext } from './context.js'
import type { EndPair } from './introducer.js'
import type { Listener } from './listener.js'
import type { SharedSlot } from './slot.js'

/** Whether a transport can be used on this machine. */
export type Availability = { readonly usable: true } | { readonly usable: false; readonly reason: string }

/** A pluggable mechanism. Importing one never throws, on any platform. */
export interface Transport {
  /** The scheme of its addresses: `named-pipe`. */
  readonly name: string
  /** One sentence for people: what it is and what it is good for. */
  readonly summary: string
  /** Whether it works here; never throws. */
  availability(): Promise<Availability>
  /** What it can do at `address`: a mechanism may differ by address. */
  describe(address: Address): Capabilities
  /**
   * Where a node of this name listens when its configuration does not say.
   * The transport owns its naming rules; `namespace` keeps systems apart that know nothing of each other.
   */
  nodeAddress(namespace: string, node: string): Address
  /**
   * A place of one's own at which whoever is at `to` can answer, where the mechanism itself carries one way only.
   * @param unique a name that nobody else has
   * @default `nodeAddress` of a node of that name, in a namespace of its own
   */
  returnAddress?(to: Address, unique: string): Address
}

/** What `listen` and `connect` take besides the address. */
export interface TransportOptions {
  /** Gives up when it fires; the promise rejects with `ABORTED`. */
  readonly signal?: AbortSignal
  /**
   * The name in the address is the system's own, not one in Signalbox's namespace,
   * so that foreign programs find it.
   * @default false
   */
  readonly rawNames?: boolean
  /**
   * Lets other machines connect.
   * @default false
   */
  readonly allowRemote?: boolean
  /**
   * Users of this machine beside this one who may connect, and whose listeners may be connected to: by name, or by the
   * system's own number (a SID). A mechanism that cannot let in some and not others lets in none of them.
   * @default none
   */
  readonly users?: readonly string[]
}

/** Mechanisms with connections: pipes, TCP, shared memory, RPC. */
export interface ConnectionTransport extends Transport {
  readonly shape: 'connection'
  /** @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `TRANSPORT_UNAVAILABLE`, `ABORTED`. */
  listen(address: Address, context: TransportContext, options?: TransportOptions): Promise<Listener>
  /** @throws SignalboxError `ADDRESS_INVALID`, `NO_LISTENER`, `ACCESS_DENIED`, `TRANSPORT_UNAVAILABLE`, `ABORTED`. */
  connect(address: Address, context: TransportContext, options?: TransportOptions): Promise<Connection>
}

/** What an endpoint received; the bytes are the receiver's own. */
export interface Packet {
  /** Who sent it, where the mechanism itself knows: an answer goes there rather than where the packet says. */
  readonly from: Address | undefined
  readonly bytes: Uint8Array
}

/** One's own place among peers that have no connections: it sends to any address, and to all. */
export interface Endpoint {
  readonly address: Address
  readonly packets$: Observable<Packet>
  /**
   * Present where packets lie in memory that is used again: the same ones, each lent until the observer returns. For those who
   * hear many that are not for them, or read the others at once.
   */
  readonly lent$?: Observable<Packet>
  /**
   * `'all'` is the endpoint's group; broadcast exists only here. `full`: nothing was taken, and {@link writable$}
   * tells when to try again. The bytes are the caller's again when it returns. After close it says `full` forever.
   * @throws SignalboxError `FRAME_TOO_LARGE` over the descriptor's `maxFrame`; `ADDRESS_INVALID` for a single
   * receiver where the descriptor's `group` is `always`.
   */
  send(bytes: Uint8Array, to: Address | 'all'): 'sent' | 'full'
  /** Emits when a `send` that was refused may be tried again; completes at close. */
  readonly writable$: Observable<void>
  /**
   * Present where the mechanism tells that nobody is at an address: emits the address of a packet that was `sent`
   * and reached nobody, never from inside `send`, and after the packets that had come from there; completes at close.
   * Silence proves nothing.
   */
  readonly unreachable$?: Observable<Address>
  readonly closed: Promise<CloseReason>
  close(): Promise<void>
}

/** Mechanisms without connections: UDP, mailslots, the clipboard, broadcast rings. */
export interface PacketTransport extends Transport {
  readonly shape: 'packet'
  /** @throws SignalboxError like {@link ConnectionTransport.listen}. */
  open(address: Address, context: TransportContext, options?: TransportOptions): Promise<Endpoint>
}

/** Mechanisms that are one place for everybody: a clipboard format, a variable in shared memory. */
export interface SlotTransport extends Transport {
  readonly shape: 'slot'
  /**
   * A handle of its own with each call, for any number of users of one slot.
   * @throws SignalboxError `ADDRESS_INVALID`, `ACCESS_DENIED`, `TRANSPORT_UNAVAILABLE`, `ABORTED`.
   */
  open(address: Address, context: TransportContext, options?: TransportOptions): Promise<SharedSlot>
}

/**
 * Mechanisms without names, whose two ends are handed over by an {@link Introducer}: message ports, inherited pipes.
 * An address says whom the introducer knows by it, and nothing to the mechanism itself.
 */
export interface IntroducedTransport<End = unknown> extends Transport {
  readonly shape: 'introduced'
  /**
   * Two ends that belong together: what is sent into the one comes out of the other. Where it goes one way, the
   * first one sends: it is for whoever connects.
   * @param address what they will be introduced by, where ends differ by it
   */
  pair(address?: Address): EndPair<End>
  /**
   * Makes a connection of an end, which belongs to the connection from now on, also when this fails.
   * Whoever has the other end does the same.
   * @param end what {@link pair} made, wherever it has been handed to
   * @param address what it was introduced by, for messages
   * @throws SignalboxError `ADDRESS_INVALID` where `end` is none of this mechanism
   */
  adopt(end: End, address: Address, context: TransportContext): Connection
}

/** Any of the shapes; `shape` tells which. */
export type AnyTransport = ConnectionTransport | PacketTransport | SlotTransport | IntroducedTransport
