import type { CreditWatch } from './credit-watch.js'
import { DeliveryModel } from './delivery-model.js'
import type { Script, Step } from './script.js'
import type { Mishap, ScriptedConnection } from './scripted-connection.js'
import { ScriptedNetwork } from './scripted-network.js'
import { SimulatedNode, type Surroundings } from './simulated-node.js'
import { type SimulationSettings, settingsOf } from './simulation-settings.js'
import { tokenOf } from './token-of.js'

/** What a run showed. */
export interface Findings {
  /** Where links and the model disagree: empty when all is well. */
  readonly faults: readonly string[]
  /** How many messages were sent, and how many ended how. */
  readonly messages: Readonly<Record<string, number>>
  /** How many tracks a session had at once, and of how many kinds the open ones were then. */
  readonly tracks: { readonly atOnce: number; readonly kinds: number }
}

const NAMES = ['a', 'b'] as const
/** Milliseconds that a step lets pass. */
const WAITS = [10, 400, 1000, 1500, 3500, 5000, 12_000]
const MISHAPS: readonly Mishap[] = ['lost', 'lost', 'repeated', 'overtaken', 'damaged']

/**
 * Runs a script: two nodes, a network in which nothing happens by itself, and the model that they are held
 * against. Afterwards all faults heal, time passes, and everything must have come to its end.
 */
export async function simulate(script: Script): Promise<Findings> {
  const simulation = new Simulation(settingsOf(script.settings))
  for (const step of script.steps) {
    simulation.take(step)
    await turn()
    simulation.check()
  }
  await simulation.heal()
  return simulation.findings()
}

/** Lets everything run that a step set off. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

class Simulation implements Surroundings {
  readonly model = new DeliveryModel()
  readonly watches = new Map<string, CreditWatch>()
  readonly #network = new ScriptedNetwork()
  readonly #nodes: [SimulatedNode, SimulatedNode]
  /** Sessions whose sender died: nobody waits for what became of its messages. */
  readonly #gone: string[] = []
  #tracks: Findings['tracks'] = { atOnce: 0, kinds: 0 }

  constructor(readonly settings: SimulationSettings) {
    this.#nodes = [new SimulatedNode('a', 1, this), new SimulatedNode('b', 1, this)]
  }

  connect(from: SimulatedNode): ScriptedConnection {
    const [mine, theirs] = this.#network.connect(this.settings.nextTrack())
    this.#other(from).accept(theirs)
    return mine
  }

  take({ kind, chance }: Step): void {
    const node = this.#nodes[chance % 2 === 0 ? 0 : 1]
    const more = Math.floor(chance / 2)
    switch (kind) {
      case 'deliver':
        this.#deliver(chance)
        break
      case 'send':
        for (let count = more % 3; count >= 0; count--)
          node.send(more + count, more % 11 === 0 ? more % this.settings.largest : more % 60)
        break
      case 'decide':
        node.receivers.decide(more)
        break
      case 'join':
        for (const side of this.#nodes) side.join(this.settings.tracks)
        break
      case 'dial':
        node.dial(this.#other(node).name)
        break
      case 'lane':
        node.openLane(more)
        break
      case 'time':
        for (const side of this.#nodes) side.pass(WAITS[more % WAITS.length] ?? 0)
        break
      case 'hold':
        this.#hold(chance)
        break
      case 'suffer':
        pick(this.#network.lossy, chance)?.suffer(MISHAPS[chance % MISHAPS.length] ?? 'lost', more)
        break
      case 'cut':
        pick(this.#network.open, more)?.cut(more % 5)
        break
      case 'notice':
        pick(this.#network.unaware, more)?.notice()
        break
      case 'retire':
        node.retire(more)
        break
      case 'pause':
        if (node.paused) node.resume()
        else node.paused = true
        break
      case 'restart':
        this.#restart(node)
        break
      case 'close':
        node.close()
    }
  }

  /** Looks whether all is as it must be between two steps. */
  check(): void {
    for (const node of this.#nodes) node.check()
    const atOnce = this.#nodes[0].link?.tracks.length ?? 0
    if (atOnce <= this.#tracks.atOnce) return
    this.#tracks = { atOnce, kinds: new Set(this.#network.open.map(({ kind }) => kind)).size }
  }

  /**
   * Faults end, time passes, and all that can still happen does: there is one session in the end, over which
   * messages go both ways. Some cuts are never told of: silence has to do it.
   */
  async heal(): Promise<void> {
    for (const node of this.#nodes) node.resume()
    for (const end of this.#network.held) end.held = false
    for (const [index, end] of this.#network.unaware.entries()) if (index % 2 === 0) end.notice()
    let said = false
    for (let round = 0; round < 150; round++) {
      await this.#calm()
      this.check()
      const atRest = this.#nodes.every(node => node.isAtRest) && this.#openLanes.length === 0
      if (atRest && said) return
      if (atRest && this.#nodes.every(node => node.link !== undefined)) {
        for (const node of this.#nodes) node.send(1, 10)
        said = true
        continue
      }
      for (const node of this.#nodes) {
        if (node.link?.stranded) node.join(1)
        node.dial(this.#other(node).name)
        node.pass(1500)
      }
    }
    this.model.fault(`it does not come to rest: no outcome in ${JSON.stringify(this.#openLanes)}`)
  }

  async findings(): Promise<Findings> {
    const [left, right] = this.#nodes.map(node => node.alive.map(link => tokenOf(link.session)).join())
    if (left !== right) this.model.fault(`one side believes in session ${left}, the other one in ${right}`)
    for (const node of this.#nodes) node.stop()
    await turn()
    await turn()
    for (const node of this.#nodes)
      if (node.clock.pending > 0) this.model.fault(`${node.clock.pending} timers of ${node.name} are left`)
    return { faults: this.model.faults, messages: this.model.summary, tracks: this.#tracks }
  }

  /** Lanes with messages that have no outcome, of senders that live. */
  get #openLanes(): string[] {
    return this.model.open.filter(lane => !this.#gone.some(life => lane.startsWith(life)))
  }

  /** Delivers and accepts until nothing moves. */
  async #calm(): Promise<void> {
    for (let moved = true; moved; ) {
      moved = false
      for (const end of this.#network.deliverable) {
        for (; end.deliverable; moved = true) end.deliver()
      }
      for (const { receivers } of this.#nodes) {
        for (; receivers.hasPending; moved = true) receivers.decide(0)
      }
      await turn()
    }
  }

  #deliver(chance: number): void {
    const awake = this.#network.deliverable.filter(end => !this.#nodes.some(n => n.paused && n.owns(end)))
    const end = pick(awake, chance)
    for (let count = chance % 4; count >= 0 && end?.deliverable; count--) end.deliver(chance + count)
  }

  /** Lets go what was held up longest, or holds up one more. */
  #hold(chance: number): void {
    const held = this.#network.held[0]
    if (held !== undefined && chance % 2 === 0) held.held = false
    else {
      const end = pick(this.#network.open, chance)
      if (end !== undefined) end.held = true
    }
  }

  #restart(node: SimulatedNode): void {
    const index = this.#nodes[0] === node ? 0 : 1
    node.die()
    this.#gone.push(node.laneNames)
    this.#nodes[index] = new SimulatedNode(NAMES[index], node.life + 1, this)
  }

  #other(node: SimulatedNode): SimulatedNode {
    return this.#nodes[this.#nodes[0] === node ? 1 : 0]
  }
}

function pick<T>(from: readonly T[], chance: number): T | undefined {
  return from[chance % Math.max(1, from.length)]
}
