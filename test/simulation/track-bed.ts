import {
  dialLink,
  type EstablishOptions,
  establishLink,
  joinLink,
  type LaneSink,
  type Link,
  type LinkHost,
  type LinkOptions,
  SessionRegistry,
} from '../../src/core/link/index.js'
import { SeededRandom } from '../../src/testing/seeded-random.js'
import {
  type ScriptedConnection,
  ScriptedNetwork,
  type TrackOptions,
} from '../../src/testing/simulation/index.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'

/** How a node of a test differs from others. */
export interface Traits {
  readonly link?: LinkOptions
  readonly hello?: Partial<EstablishOptions['hello']>
  readonly host?: Partial<LinkHost>
  /** Which life of the node this is. @default 1 */
  readonly life?: number
}

const ignore: LaneSink = { accept: () => {} }

/** A node that holds sessions with others over a scripted network. */
export class Node {
  readonly sessions: SessionRegistry
  readonly clock: VirtualClock
  /** Every link that it ever had, in their order. */
  readonly links: Link[] = []
  /** How often it was told that a session waits for a track. */
  stranded = 0
  readonly #random: SeededRandom
  readonly #incarnation: Uint8Array

  constructor(
    readonly name: string,
    clock: VirtualClock,
    private readonly traits: Traits = {},
  ) {
    this.clock = clock
    this.#random = new SeededRandom(name.charCodeAt(0) * 100 + (traits.life ?? 1))
    this.#incarnation = this.#random.bytes(16)
    this.sessions = new SessionRegistry({ node: name, incarnation: this.#incarnation })
  }

  dial(node: string, connection: ScriptedConnection): Promise<Link> {
    return dialLink(node, connection, 'message', this.context, this.options, () => this.#host())
  }

  accept(connection: ScriptedConnection): Promise<Link> {
    return establishLink('listener', connection, 'message', this.context, this.options, () => this.#host())
  }

  join(link: Link, connection: ScriptedConnection): Promise<number> {
    return joinLink(link, connection, 'message', this.context)
  }

  get options(): EstablishOptions & { sessions: SessionRegistry } {
    const hello = {
      node: this.name,
      namespace: 'test',
      incarnation: this.#incarnation,
      codecs: ['raw'],
      window: { messages: 16, bytes: 4096 },
      lanes: 8,
      maxFrame: 1024,
      maxMessage: 1_000_000,
      heartbeat: 1000,
      ...this.traits.hello,
    }
    const link = { resume: 10_000, ...this.traits.link }
    return { hello, secret: new Uint8Array(), sessions: this.sessions, link }
  }

  get context() {
    return { clock: this.clock, random: { bytes: (length: number) => this.#random.bytes(length) } }
  }

  #host(): LinkHost {
    return {
      control: ignore,
      replies: ignore,
      laneOpened: () => ignore,
      stranded: () => void this.stranded++,
      ...this.traits.host,
      attached: link => void this.links.push(link),
    }
  }
}

/** Two nodes and a network in which everything waits for the test. */
export interface Bed {
  readonly network: ScriptedNetwork
  readonly clock: VirtualClock
  readonly left: Node
  readonly right: Node
  /** The session that `left` dialled, as both see it. */
  readonly dialled: Link
  readonly taken: Link
  /** The ends of each track at `left` and at `right`; the first is track 1. */
  readonly tracks: (readonly [ScriptedConnection, ScriptedConnection])[]
  /** Lets one more track join the session. */
  join(options?: TrackOptions): Promise<number>
  /** Delivers everything until nothing moves; `but` are ends that nothing reaches. */
  calm(...but: ScriptedConnection[]): Promise<void>
  /** Lets time pass, and delivers meanwhile. */
  pass(ms: number, ...but: ScriptedConnection[]): Promise<void>
}

/** A session over `tracks` tracks, of which the first one may be special. */
export async function bed(
  left: Traits = {},
  right: Traits = {},
  tracks = 1,
  options: TrackOptions = {},
): Promise<Bed> {
  const network = new ScriptedNetwork()
  const clock = new VirtualClock()
  const nodes = [new Node('left', clock, left), new Node('right', clock, right)] as const
  const first = network.connect(options)
  const meeting = Promise.all([nodes[0].dial('right', first[0]), nodes[1].accept(first[1])])
  await calm(network)
  const [dialled, taken] = await meeting
  const made: Bed = {
    network,
    clock,
    left: nodes[0],
    right: nodes[1],
    dialled,
    taken,
    tracks: [first],
    async join(options) {
      const ends = network.connect(options)
      made.tracks.push(ends)
      const joining = Promise.all([nodes[0].join(dialled, ends[0]), nodes[1].accept(ends[1])])
      await calm(network)
      return (await joining)[0]
    },
    calm: (...but) => calm(network, ...but),
    async pass(ms, ...but) {
      for (let passed = 0; passed < ms; passed += 500) {
        clock.advance(500)
        await calm(network, ...but)
      }
    },
  }
  for (let count = 1; count < tracks; count++) await made.join()
  return made
}

/** Lets everything run that was set off. */
export function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** Delivers until nothing moves. */
export async function calm(network: ScriptedNetwork, ...but: ScriptedConnection[]): Promise<void> {
  await turn()
  for (let moved = true; moved; ) {
    moved = false
    for (const end of network.deliverable) {
      for (; end.deliverable && !but.includes(end); moved = true) end.deliver()
    }
    await turn()
  }
}
