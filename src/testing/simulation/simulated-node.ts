import { SignalboxError } from '../../core/contracts/index.js'
import {
  dialLink,
  type EstablishOptions,
  establishLink,
  joinLink,
  type Link,
  type LinkHost,
  type Session,
  SessionRegistry,
} from '../../core/link/index.js'
import { SeededRandom } from '../seeded-random.js'
import { VirtualClock } from '../virtual-clock.js'
import { CreditWatch } from './credit-watch.js'
import type { DeliveryModel } from './delivery-model.js'
import type { ScriptedConnection } from './scripted-connection.js'
import { SessionRules } from './session-rules.js'
import { SimulatedReceivers } from './simulated-receivers.js'
import { SimulatedSender } from './simulated-sender.js'
import { SimulatedTrack } from './simulated-track.js'
import type { SimulationSettings } from './simulation-settings.js'
import { hex, tokenOf } from './token-of.js'

/** What a node of a simulation needs of what surrounds it. */
export interface Surroundings {
  readonly settings: SimulationSettings
  readonly model: DeliveryModel
  /** A fresh track to the other node; the other end is given to it. */
  connect(from: SimulatedNode): ScriptedConnection
  /** The watch of one side of a session. */
  watches: Map<string, CreditWatch>
}

const NOTHING = new Uint8Array()
const JOIN = 0x06
/** Milliseconds within which a node of a simulation is to be heard. */
const HEARTBEAT = 1000

/** A node of a simulation: it holds at most one session with the other one, and does what it is told. */
export class SimulatedNode {
  readonly clock = new VirtualClock()
  readonly receivers: SimulatedReceivers
  /** Milliseconds that passed while it stood still. */
  missed = 0
  paused = false
  readonly #connections = new Set<ScriptedConnection>()
  readonly #sessions: SessionRegistry
  readonly #rules: SessionRules
  readonly #sender: SimulatedSender
  readonly #random: SeededRandom
  readonly #incarnation: Uint8Array
  readonly #links = new Set<Link>()
  readonly #over = new Set<Link>()
  #dialling = false
  #joining = 0

  constructor(
    readonly name: string,
    readonly life: number,
    private readonly surroundings: Surroundings,
  ) {
    const { model, settings } = surroundings
    this.#random = new SeededRandom(name.charCodeAt(0) * 1000 + life)
    this.#incarnation = this.#random.bytes(16)
    this.#sessions = new SessionRegistry({ node: name, incarnation: this.#incarnation })
    this.receivers = new SimulatedReceivers(model)
    this.#sender = new SimulatedSender(this.laneNames, settings.lanes, model)
    this.#rules = new SessionRules(this.clock, settings.resume, what =>
      model.fault(`${name}${life}: ${what}`),
    )
  }

  /** What the names of all lanes begin with that it sends in. */
  get laneNames(): string {
    return hex(this.#incarnation)
  }

  /** The session that counts, if there is one. */
  get link(): Link | undefined {
    return this.alive[0]
  }

  /** All sessions that have not ended. */
  get alive(): Link[] {
    return [...this.#links].filter(link => !link.ended)
  }

  /** Begins a session with `peer`. */
  dial(peer: string): void {
    if (this.#dialling || this.link !== undefined) return
    this.#dialling = true
    const track = this.#own(this.surroundings.connect(this))
    const options = { ...this.#options(), sessions: this.#sessions }
    const host = (session: Session) => this.#host(session, track)
    dialLink(peer, track.connection, track.boundaries, this.#context, options, host)
      .catch(() => {}) // refused, cut, or too late: it dials again
      .finally(() => {
        this.#dialling = false
      })
  }

  /** Lets a further track join the session, where this side is the one to do so. */
  join(most: number): void {
    const link = this.link
    if (link?.session.role !== 'dialler' || link.tracks.length + this.#joining >= most) return
    this.#joining++
    const track = this.#own(this.surroundings.connect(this))
    track.watch = this.#watchOf(link.session)
    joinLink(link, track.connection, track.boundaries, this.#context)
      .then(() => this.#rules.joined(link))
      .catch(error => {
        // The peer says that it knows no such session: that is proof of its end.
        if ((error as Error).cause instanceof SignalboxError && isOver(error.cause)) link.abort(error.cause)
      })
      .finally(() => {
        this.#joining--
      })
  }

  /** Takes a connection that the other node made. */
  accept(connection: ScriptedConnection): void {
    const track = this.#own(connection)
    const { watches } = this.surroundings
    track.watch = (direction, frame) => {
      if (direction === 'arrived' && frame[0] === JOIN)
        track.watch = watches.get(this.#sideOf({ token: frame.subarray(5, 21) }))?.look
    }
    const options = { ...this.#options(), sessions: this.#sessions }
    const host = (session: Session) => this.#host(session, track)
    establishLink('listener', track.connection, track.boundaries, this.#context, options, host)
      .then(link => this.#rules.joined(link))
      .catch(() => {})
  }

  /** Sends one message in one of the lanes. */
  send(chance: number, length: number): void {
    if (this.link !== undefined) this.#sender.send(this.link, chance, length)
  }

  /** Opens one more lane, or ends one where there are many. */
  openLane(chance: number): void {
    if (this.link !== undefined) this.#sender.openLane(this.link, chance)
  }

  /** Retires one of several tracks. */
  retire(chance: number): void {
    const tracks = this.link?.tracks ?? []
    const track = tracks[chance % tracks.length]
    if (tracks.length < 2 || track === undefined) return
    try {
      this.link?.retire(track)
    } catch {
      // It is being retired already, or the others are.
    }
  }

  /** Says goodbye to the peer. */
  close(): void {
    void this.link?.close()
  }

  /** Lets `ms` milliseconds pass. */
  pass(ms: number): void {
    if (this.paused) this.missed += ms
    else this.clock.advance(ms)
  }

  /** Goes on after it stood still. */
  resume(): void {
    if (!this.paused) return
    this.paused = false
    const goOn = () => this.clock.stall(this.missed)
    if (this.missed > 2 * HEARTBEAT) this.#rules.stall(this.link, goOn)
    else goOn()
    this.missed = 0
  }

  /** Looks whether all is as it must be. */
  check(): void {
    this.#rules.check(this.alive)
  }

  /** Its process is gone. */
  die(): void {
    for (const connection of this.#connections) if (!connection.over) connection.vanish()
  }

  /** Ends what there is. */
  stop(): void {
    for (const link of this.#links) link.abort()
    for (const connection of this.#connections) connection.abort()
  }

  /** Whether it waits for nothing that only time or the peer can bring. */
  get isAtRest(): boolean {
    const busy = this.#dialling || this.#joining > 0 || this.receivers.hasPending
    return (
      !busy &&
      this.link?.stranded !== true &&
      [...this.#links].every(link => !link.ended || this.#over.has(link))
    )
  }

  owns(connection: ScriptedConnection): boolean {
    return this.#connections.has(connection)
  }

  readonly #context = {
    clock: this.clock,
    random: { bytes: (length: number) => this.#random.bytes(length) },
  }

  #options(): Omit<EstablishOptions, 'sessions'> {
    const { window, lanes, maxFrame, link } = this.surroundings.settings
    const limits = { window, lanes, maxFrame, maxMessage: 1_000_000, heartbeat: HEARTBEAT }
    const hello = {
      node: this.name,
      namespace: 'simulation',
      incarnation: this.#incarnation,
      codecs: ['raw'],
      ...limits,
    }
    return { hello, secret: NOTHING, link }
  }

  #host(session: Session, track: SimulatedTrack): LinkHost {
    const side = this.#sideOf(session)
    const { model, settings, watches } = this.surroundings
    watches.set(side, new CreditWatch(settings.window, fault => model.fault(`${side}: ${fault}`)))
    track.watch = this.#watchOf(session)
    const name = tokenOf(session)
    const theirs = `${hex(session.theirs.incarnation)} ${name}`
    return {
      control: this.receivers.sink(name, `${theirs} control`),
      replies: this.receivers.sink(name, `${theirs} replies`),
      laneOpened: label => this.receivers.sink(name, Buffer.from(label).toString()),
      attached: link => {
        this.#links.add(link)
        this.#sender.begins(link)
        void link.closed.then(reason => {
          this.#over.add(link)
          if (reason.by === 'fault' && reason.error.code === 'PROTOCOL_VIOLATION')
            model.fault(`${side}: ${reason.error.message}`)
        })
      },
    }
  }

  #sideOf(session: Pick<Session, 'token'>): string {
    return `${this.name}${this.life} ${tokenOf(session)}`
  }

  #watchOf(session: Session) {
    return this.surroundings.watches.get(this.#sideOf(session))?.look
  }

  #own(connection: ScriptedConnection): SimulatedTrack {
    this.#connections.add(connection)
    return new SimulatedTrack(connection, this.clock)
  }
}

function isOver(error: SignalboxError): boolean {
  return error.code === 'CLOSED'
}
