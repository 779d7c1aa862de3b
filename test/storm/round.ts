import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Directory } from '../../src/core/node/directory.js'
import { processTable } from '../../src/native/process-table.js'
import { SeededRandom } from '../../src/testing/index.js'
import { describeFault, type Fault } from './faults.js'
import type { RoughNetwork } from './rough-network.js'
import { StormPeer } from './storm-peer.js'

/** The first is never ended: it lives through everything that happens to the others. */
const NAMES = ['anchor', 'brake', 'crane'] as const
/** Milliseconds. Three intervals of silence, and the peer is given up. */
export const HEARTBEAT = 500
/** Milliseconds that a session waits for a track: what is only cut comes back in time, on a loaded machine too. */
export const RESUME = 4000
/** Whether the others rest while a process starts: under their load, Wine takes ten times as long for that. */
const RESTS = process.platform === 'win32'
/** Handles that come and go by themselves. */
const NOISE = 16
/** Bytes that a node may have in use when everything is quiet. */
const MEMORY = 128 * 1024 * 1024

/** What a round is about. */
export interface RoundOptions {
  readonly transport: string
  /** What all connections go through. @default nothing: they go straight */
  readonly network?: RoughNetwork
  /** Of the load, and of who is hit by what. */
  readonly seed: number
  /** An empty folder. */
  readonly folder: string
}

/** Some nodes in processes of their own, which load each other while they are hit by faults. */
export class Round {
  /** All that lived, in the order in which they were started. */
  readonly lives: StormPeer[] = []
  /** What was done, for people. */
  readonly log: string[] = []
  /** What is not as it should be when all is quiet. */
  readonly faults: string[] = []
  readonly #present = new Map<string, StormPeer>()
  readonly #random: SeededRandom
  readonly #runtimeFolder: string
  readonly #directory: Directory
  #handles = 0

  constructor(private readonly options: RoundOptions) {
    this.#random = new SeededRandom(options.seed)
    this.#runtimeFolder = join(options.folder, 'run')
    this.#directory = new Directory({
      folder: this.#runtimeFolder,
      namespace: 'default',
      processes: processTable,
      log: { debug: () => {}, warn: message => this.faults.push(message) },
    })
  }

  /** Starts the nodes, which begin to load each other at once. */
  async begin(): Promise<void> {
    await Promise.all(NAMES.map(name => this.#start(name)))
    for (const peer of this.#present.values()) peer.tell({ order: 'go' })
    await this.#met()
    this.#handles = (await this.#anchor.tally()).handles
  }

  /** Lets one node be hit while all are under load. */
  async hit(fault: Fault): Promise<void> {
    const any = this.#pick(NAMES)
    await this.#progressOf(any)
    if (fault.kind === 'disturb') return this.#disturb(fault)
    const fatal = fault.kind === 'kill' || fault.kind === 'close' || fault.kind === 'exit'
    const victim = this.#get(fatal ? this.#pick(NAMES.slice(1)) : this.#pick(NAMES))
    this.log.push(`${victim.title} ${describeFault(fault)}`)
    switch (fault.kind) {
      case 'kill':
        await this.#kill(victim, fault)
        return this.#restart(victim)
      case 'exit':
        victim.end = 'killed'
        victim.tell({ order: 'exit' })
        await victim.ended('after process.exit')
        return this.#restart(victim)
      case 'close':
        await this.#close(victim)
        return this.#restart(victim)
      case 'stop':
        return this.#stop(victim, fault.until)
      case 'hang':
        victim.disturbed = true
        victim.tell({ order: 'hang', ms: fault.ms })
        return this.#progressOf(victim.name)
      case 'cut':
        return this.#cut(victim, fault.both)
    }
  }

  /** Ends the load, and waits until all nodes know the same. */
  async settle(): Promise<void> {
    const peers = [...this.#present.values()]
    await Promise.all(peers.map(peer => peer.asked({ order: 'calm' }, 'calm')))
    await this.#met()
    await this.#agreed()
    const { handles } = await this.#anchor.tally()
    if (handles > this.#handles + NOISE)
      this.faults.push(
        `${this.#anchor.title} had ${this.#handles} open handles at first, and has ${handles} now`,
      )
    const weights = await Promise.all(peers.map(async peer => ({ peer, memory: await peer.weight() })))
    for (const { peer, memory } of weights)
      if (memory > MEMORY) this.faults.push(`${peer.title} has ${memory} bytes in use, with nothing to do`)
  }

  /** Closes all nodes at once, and looks for what they left. */
  async end(): Promise<void> {
    await Promise.all([...this.#present.values()].map(peer => this.#close(peer)))
    for (const { name } of await this.#directory.entries())
      this.faults.push(`${name} is still in the directory`)
    this.faults.push(...this.leftOver().map(file => `${file} was left over`))
  }

  /** Files that no living node has, but for those that are kept for the next: the secret, and written libraries. */
  leftOver(): string[] {
    const files = readdirSync(this.#runtimeFolder, { recursive: true, withFileTypes: true })
    const isKept = (name: string) => name === 'secret' || name.endsWith('.dll')
    return files.filter(file => !file.isDirectory() && !isKept(file.name)).map(({ name }) => name)
  }

  /** Ends whatever still runs. */
  async abandon(): Promise<void> {
    for (const peer of this.lives) {
      if (peer.end === 'alive') peer.signal('SIGKILL')
      await peer.exited
    }
  }

  get #anchor(): StormPeer {
    return this.#get(NAMES[0])
  }

  async #start(name: string): Promise<StormPeer> {
    const life = this.lives.filter(peer => peer.name === name).length + 1
    const peer = new StormPeer({
      name,
      life,
      seed: this.#random.below(2 ** 31),
      others: NAMES.filter(other => other !== name),
      transport: this.options.transport,
      fronted: this.options.network !== undefined,
      runtimeFolder: this.#runtimeFolder,
      journal: join(this.options.folder, `${name}-${life}-${randomUUID()}.log`),
      heartbeat: HEARTBEAT,
      resume: RESUME,
    })
    this.lives.push(peer)
    this.#present.set(name, peer)
    const { network } = this.options
    if (network !== undefined) {
      const { port } = await peer.report('where it listens', 'listens')
      peer.tell({ order: 'front', port: await network.front(port) })
    }
    await peer.report('its start', 'ready')
    peer.incarnation = (await this.#directory.find(name))?.incarnation ?? ''
    return peer
  }

  async #restart({ name }: StormPeer): Promise<void> {
    this.#present.delete(name)
    if (RESTS) for (const peer of this.#present.values()) peer.tell({ order: 'rest' })
    await this.#start(name)
    for (const peer of this.#present.values()) peer.tell({ order: 'go' })
    await this.#progressOf(name)
  }

  async #kill(victim: StormPeer, { moment, after }: Extract<Fault, { kind: 'kill' }>): Promise<void> {
    victim.end = 'killed'
    if (moment === 'idle') {
      const peers = [...this.#present.values()]
      await Promise.all(peers.map(peer => peer.asked({ order: 'calm' }, 'calm')))
      victim.signal('SIGKILL')
      for (const peer of peers) if (peer !== victim) peer.tell({ order: 'go' })
    } else if (moment === 'sudden') victim.signal('SIGKILL')
    else victim.tell({ order: 'die', moment, after })
    await victim.ended('when it is killed')
  }

  async #close(victim: StormPeer): Promise<void> {
    victim.tell({ order: 'close' })
    const code = await victim.ended('when it is closed')
    victim.end = code === 0 ? 'closed' : 'killed'
    if (code !== 0) this.faults.push(`${victim.title} ended with ${code} when it was closed`)
  }

  async #stop(victim: StormPeer, until: 'silent' | 'progress'): Promise<void> {
    if (until === 'silent') await this.#met() // whom one never met, one does not miss
    victim.disturbed = true
    const others = [...this.#present.values()].filter(peer => peer !== victim)
    const noticed = others.map(peer =>
      until === 'silent'
        ? peer.report(
            `that ${victim.name} is silent`,
            'peer',
            ({ type, node }) => type === 'down' && node === victim.name,
          )
        : peer.report('progress', 'progress'),
    )
    victim.signal('SIGSTOP')
    await (until === 'silent' ? Promise.all(noticed) : Promise.race(noticed))
    victim.signal('SIGCONT')
    await this.#progressOf(victim.name)
  }

  async #cut(victim: StormPeer, both: boolean): Promise<void> {
    const other = this.#get(this.#pick(NAMES.filter(name => name !== victim.name)))
    for (const peer of both ? [victim, other] : [victim]) peer.tell({ order: 'sever' })
    await this.#progressOf(victim.name)
  }

  /** Any two of them may lose each other. */
  async #disturb({ how }: Extract<Fault, { kind: 'disturb' }>): Promise<void> {
    this.log.push(`${how} by the network`)
    for (const peer of this.#present.values()) peer.disturbed = true
    this.options.network?.disturb(how)
    await this.#progressOf(NAMES[0])
  }

  async #progressOf(name: string): Promise<void> {
    await this.#get(name).report('progress', 'progress')
  }

  /** When each node has a session with the present life of each other. */
  async #met(): Promise<void> {
    await this.#until('all to have met', async () => {
      for (const peer of this.#present.values()) {
        const { present } = await peer.tally()
        for (const other of this.#present.values())
          if (other !== peer && present[other.name] !== other.incarnation)
            return `${peer.title} misses ${other.title}`
      }
      return undefined
    })
  }

  /** When each node knows the last level of each other. */
  async #agreed(): Promise<void> {
    await this.#until('the levels to agree', async () => {
      const tallies = new Map<StormPeer, Awaited<ReturnType<StormPeer['tally']>>>()
      for (const peer of this.#present.values()) tallies.set(peer, await peer.tally())
      for (const [owner, { level }] of tallies) {
        const last = `${owner.setup.life}/${level}`
        for (const [peer, { levels }] of tallies)
          if (peer !== owner && levels[owner.name] !== last)
            return `${peer.title} takes ${levels[owner.name]} for the level of ${owner.name}, which is ${last}`
      }
      return undefined
    })
  }

  /** Looks again until `missing` says nothing. */
  async #until(what: string, missing: () => Promise<string | undefined>): Promise<void> {
    const deadline = Date.now() + 60_000
    for (let why = await missing(); why !== undefined; why = await missing()) {
      if (Date.now() > deadline) throw new Error(`waited a minute for ${what}: ${why}`)
    }
  }

  #get(name: string): StormPeer {
    const peer = this.#present.get(name)
    if (peer === undefined) throw new Error(`there is no ${name}`)
    return peer
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#random.below(from.length)]
    if (picked === undefined) throw new Error('there is nothing to pick from')
    return picked
  }
}
