import { SignalboxError } from '../../core/contracts/index.js'
import {
  dialLink,
  type EstablishOptions,
  establishLink,
  joinLink,
  type LaneSink,
  type Link,
  type LinkHost,
  type OutboundLane,
  type Session,
  SessionRegistry,
} from '../../core/link/index.js'
import { SeededRandom } from '../seeded-random.js'
import { VirtualClock } from '../virtual-clock.js'
import { CreditWatch } from './credit-watch.js'
import { type DeliveryModel, REFUSAL } from './delivery-model.js'
import type { ScriptedConnection } from './scripted-network.js'
import type { SimulationSettings } from './simulation-settings.js'

/** What a node of a simulation needs of what surrounds it. */
export interface Surroundings {
  readonly settings: SimulationSettings
  readonly model: DeliveryModel
  /** A fresh track to the other node; the other end is given to it. */
  connect(from: SimulatedNode): ScriptedConnection
  /** The watch of one side of a session. */
  watches: Map<string, CreditWatch>
}

/** A lane that a node sends in. */
interface Sending {
  readonly name: string
  readonly link: Link
  readonly lane: OutboundLane
}

const NOTHING = new Uint8Array()
const JOIN = 0x06

/** A node of a simulation: it holds at most one session with the other one, and does what it is told. */
export class SimulatedNode {
  readonly clock = new VirtualClock()
  /** Milliseconds that passed while it stood still. */
  missed = 0
  paused = false
  readonly connections: ScriptedConnection[] = []
  readonly #sessions: SessionRegistry
  readonly #random: SeededRandom
  readonly #incarnation: Uint8Array
  readonly #links = new Set<Link>()
  readonly #over = new Set<Link>()
  readonly #lanes: Sending[] = []
  readonly #pending: (() => void)[] = []
  #dialling = false
  #joining = 0
  #lanesOpened = 0

  constructor(
    readonly name: string,
    readonly life: number,
    private readonly surroundings: Surroundings,
  ) {
    this.#random = new SeededRandom(name.charCodeAt(0) * 1000 + life)
    this.#incarnation = this.#random.bytes(16)
    this.#sessions = new SessionRegistry({ node: name, incarnation: this.#incarnation })
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

  /** Whether anything that was sent still waits for its receiver here. */
  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  /** Begins a session with `peer`. */
  dial(peer: string): void {
    if (this.#dialling || this.link !== undefined) return
    this.#dialling = true
    const connection = this.#own(this.surroundings.connect(this))
    const options = { ...this.#options(), sessions: this.#sessions }
    dialLink(peer, connection, 'message', this.#context, options, session => this.#host(session, connection))
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
    const connection = this.#own(this.surroundings.connect(this))
    this.#watch(connection, this.#sideOf(link.session))
    joinLink(link, connection, 'message', this.#context)
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
    this.#own(connection)
    connection.watch = (direction, frame) => {
      if (direction === 'arrived' && frame[0] === JOIN)
        this.#watch(connection, `${this.name}${this.life} ${hex(frame.subarray(5, 21))}`)
    }
    const options = { ...this.#options(), sessions: this.#sessions }
    const host = (session: Session) => this.#host(session, connection)
    establishLink('listener', connection, 'message', this.#context, options, host).catch(() => {})
  }

  /** Sends one message in one of the lanes. */
  send(chance: number, length: number): void {
    const { model } = this.surroundings
    const link = this.link
    const lanes = this.#lanes.filter(lane => lane.link === link)
    const sending = lanes[chance % lanes.length]
    if (link === undefined || sending === undefined) return
    const { id, bytes } = model.sends(token(link), sending.name, length, () => link.ended)
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
  openLane(chance: number): void {
    const link = this.link
    if (link === undefined) return
    const mine = this.#lanes.filter(lane => lane.link === link && lane.lane.id > 1)
    const old = mine[chance % 7]
    if (mine.length >= this.surroundings.settings.lanes - 1 && old !== undefined) {
      old.lane.end()
      this.#lanes.splice(this.#lanes.indexOf(old), 1)
      return
    }
    const name = `${this.laneNames} ${token(link)} lane ${this.#lanesOpened++}`
    try {
      this.#lanes.push({ name, link, lane: link.openLane(Buffer.from(name)) })
    } catch {
      // As many as the peer takes are open, and one has not ended yet.
    }
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

  /** One of the receivers that took their time makes up its mind. */
  decide(chance: number): void {
    this.#pending.splice(chance % Math.max(1, this.#pending.length), 1)[0]?.()
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
    this.clock.stall(this.missed)
    this.missed = 0
  }

  /** Its process is gone. */
  die(): void {
    for (const connection of this.connections) if (!connection.over) connection.vanish()
  }

  /** Ends what there is. */
  stop(): void {
    for (const link of this.#links) link.abort()
    for (const connection of this.connections) connection.abort()
  }

  /** Whether it waits for nothing that only time or the peer can bring. */
  get isAtRest(): boolean {
    const busy = this.#dialling || this.#joining > 0 || this.hasPending
    return (
      !busy &&
      this.link?.stranded !== true &&
      [...this.#links].every(link => !link.ended || this.#over.has(link))
    )
  }

  owns(connection: ScriptedConnection): boolean {
    return this.connections.includes(connection)
  }

  readonly #context = {
    clock: this.clock,
    random: { bytes: (length: number) => this.#random.bytes(length) },
  }

  #options(): Omit<EstablishOptions, 'sessions'> {
    const { window, lanes, maxFrame, link } = this.surroundings.settings
    const limits = { window, lanes, maxFrame, maxMessage: 1_000_000, heartbeat: 1000 }
    const hello = {
      node: this.name,
      namespace: 'simulation',
      incarnation: this.#incarnation,
      codecs: ['raw'],
      ...limits,
    }
    return { hello, secret: NOTHING, link }
  }

  #host(session: Session, connection: ScriptedConnection): LinkHost {
    const side = this.#sideOf(session)
    const { model, settings, watches } = this.surroundings
    watches.set(side, new CreditWatch(settings.window, fault => model.fault(`${side}: ${fault}`)))
    this.#watch(connection, side)
    const name = hex(session.token)
    const peer = hex(session.theirs.incarnation)
    return {
      control: this.#sink(name, `${peer} ${name} control`),
      replies: this.#sink(name, `${peer} ${name} replies`),
      laneOpened: label => this.#sink(name, Buffer.from(label).toString()),
      attached: link => {
        this.#links.add(link)
        this.#lanes.push({ name: `${this.laneNames} ${name} control`, link, lane: link.control })
        this.#lanes.push({ name: `${this.laneNames} ${name} replies`, link, lane: link.replies })
        void link.closed.then(reason => {
          this.#over.add(link)
          if (reason.by === 'fault' && reason.error.code === 'PROTOCOL_VIOLATION')
            model.fault(`${side}: ${reason.error.message}`)
        })
      },
    }
  }

  /** A receiver that accepts at once, later, or not at all. */
  #sink(session: string, lane: string): LaneSink {
    const { model } = this.surroundings
    const judge = (id: number): void => {
      const refuses = id % 7 === 3
      model.judges(id, refuses ? 'refused' : 'accepted')
      if (refuses) throw new SignalboxError(REFUSAL, 'no room')
    }
    return {
      accept: message => {
        const id = model.hands(session, lane, message)
        if (id % 5 !== 2) return judge(id)
        return new Promise<void>(resolve => this.#pending.push(resolve)).then(() => judge(id))
      },
    }
  }

  #sideOf(session: Session): string {
    return `${this.name}${this.life} ${hex(session.token)}`
  }

  #watch(connection: ScriptedConnection, side: string): void {
    const watch = this.surroundings.watches.get(side)
    connection.watch = watch?.look
  }

  #own(connection: ScriptedConnection): ScriptedConnection {
    this.connections.push(connection)
    return connection
  }
}

/** What names a session in the model. */
export function token(link: Link): string {
  return hex(link.session.token)
}

function isOver(error: SignalboxError): boolean {
  return error.code === 'CLOSED'
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
