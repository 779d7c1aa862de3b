import { setTimeout as pause } from 'node:timers/promises'
import { type ActorRef, isSignalboxError, type Node } from 'signalbox'
import type { SeededRandom } from 'signalbox/testing'
import { Clerk, type ClerkName, clerks, Level, News, type Note } from './storm-contracts.js'
import type { Fate, Journal, Manner } from './storm-journal.js'
import type { Trap } from './storm-trap.js'

const KIB = 1024
/** Bytes of the largest body, and of the least that a process may die in the middle of. */
const LARGEST = 1024 * KIB
const LONG = 256 * KIB
/** Messages to one peer that wait for their outcome; with more, its load pauses. */
const OPEN = 12
/** Milliseconds until a peer that could not be reached is tried again. */
const AGAIN = 10
/** Milliseconds of the longest pause between two bursts: they leave the machine to those who start. */
const PAUSE = 10

/** What a {@link StormLoad} needs. */
export interface LoadOptions {
  readonly node: Node
  readonly life: number
  readonly others: readonly string[]
  readonly random: SeededRandom
  readonly journal: Journal
  readonly trap: Trap
  /** How often a node was seen coming or going. */
  era(node: string): number
}

/** One peer as the load sees it. */
interface Peer {
  readonly name: string
  readonly clerks: Readonly<Record<ClerkName, ActorRef<typeof Clerk>>>
  readonly numbers: Record<ClerkName, number>
  readonly open: Set<Promise<void>>
  failed: boolean
}

/** Everything that a node can do to its peers, at random, until it is told to calm down. */
export class StormLoad {
  /** The last level that was set. */
  level = 0
  #news = 0
  #on = false
  /** While it rests. */
  #resting: Promise<void> | undefined
  #wake: () => void = () => {}
  #running: Promise<unknown> = Promise.resolve()
  readonly #peers: readonly Peer[]

  constructor(private readonly options: LoadOptions) {
    const { node, others } = options
    this.#peers = others.map(name => {
      const ref = (clerk: string) => node.ref(Clerk, `signalbox://${name}/${clerk}`)
      return {
        name,
        clerks: { quick: ref('quick'), slow: ref('slow'), heavy: ref('heavy') },
        numbers: { quick: 0, slow: 0, heavy: 0 },
        open: new Set(),
        failed: false,
      }
    })
  }

  /** Messages without an outcome. */
  get open(): number {
    return this.#peers.reduce((sum, { open }) => sum + open.size, 0)
  }

  go(): void {
    this.#wake()
    if (this.#on) return
    this.#on = true
    this.#running = Promise.all([...this.#peers.map(peer => this.#pester(peer)), this.#publish()])
  }

  /** Tries nothing more for now. */
  rest(): void {
    this.#resting ??= new Promise(resolve => {
      this.#wake = () => {
        this.#resting = undefined
        resolve()
      }
    })
  }

  /** Resolves when everything that was tried has its outcome. */
  async calm(): Promise<void> {
    this.#on = false
    this.#wake()
    await this.#running
    this.#setLevel()
    await Promise.all(this.#peers.flatMap(({ open }) => [...open]))
    this.options.journal.write(['settled'])
  }

  async #pester(peer: Peer): Promise<void> {
    const { random } = this.options
    while (this.#on) {
      const burst = random.below(20) === 0 ? 50 : 5
      for (let left = 1 + random.below(burst); left > 0; left--) this.#write(peer)
      if (random.below(4) === 0) this.#setLevel()
      await this.#takeBreath()
      while (peer.open.size >= OPEN) await Promise.race(peer.open)
      if (!peer.failed) continue
      peer.failed = false
      await pause(AGAIN)
    }
  }

  #write(peer: Peer): void {
    const { random, journal, life, node } = this.options
    const clerk = clerks[random.below(10) === 0 ? 2 : random.below(2)] ?? 'quick'
    const manner = (['tell', 'tell', 'send', 'ask'] as const)[random.below(4)] ?? 'tell'
    const number = ++peer.numbers[clerk]
    const era = this.options.era(peer.name)
    const size = this.#size(clerk)
    const note: Note = { by: node.name, life, number, size, body: new Uint8Array(size).fill(number) }
    journal.write(['tried', peer.name, clerk, number, manner, era])
    const fate = (fate: Fate, code = '') => journal.write(['fate', peer.name, clerk, number, fate, code])
    const ref = peer.clerks[clerk]
    if (manner === 'tell') fate(ref.tell.noted(note) ? 'taken' : 'refused')
    else if (manner === 'send') this.#open(peer, fate, manner, ref.send.noted(note, this.#mayAbort()))
    else {
      const answer = ref.ask.asked(note, { ...this.#mayAbort(), timeout: this.#patience() })
      const checked = answer.then(answered => {
        if (answered.number !== number) throw new Error(`answered as ${answered.number}`)
      })
      this.#open(peer, fate, manner, checked)
    }
    this.options.trap.pass('writing')
    if (size > LONG) setImmediate(() => this.options.trap.pass('in mid-message'))
  }

  #open(peer: Peer, fate: (fate: Fate, code?: string) => void, manner: Manner, outcome: Promise<void>): void {
    const settled = outcome
      .then(
        () => fate('done'),
        (error: unknown) => {
          peer.failed = true
          fate(fateOf(error, manner), isSignalboxError(error) ? error.code : String(error))
        },
      )
      .finally(() => peer.open.delete(settled))
    peer.open.add(settled)
  }

  /** Some are taken back, as soon as at once. */
  #mayAbort(): { readonly signal?: AbortSignal } {
    const { random } = this.options
    return random.below(30) === 0 ? { signal: AbortSignal.timeout(random.below(20)) } : {}
  }

  /** Milliseconds; some are impatient. */
  #patience(): number {
    const { random } = this.options
    return random.below(20) === 0 ? 1 + random.below(30) : 60_000
  }

  #size(clerk: ClerkName): number {
    const { random } = this.options
    if (clerk === 'heavy') return random.below(8) === 0 ? LARGEST : random.below(LONG)
    return random.below(20) === 0 ? random.below(64 * KIB) : random.below(200)
  }

  #setLevel(): void {
    const { node, life, journal } = this.options
    const count = ++this.level
    journal.write(['set', count])
    node.provide(Level.of(node.name), { life, count })
  }

  /** One turn of the event loop, or some more; longer while it rests. */
  async #takeBreath(): Promise<void> {
    const { random } = this.options
    await (random.below(3) === 0 ? new Promise(setImmediate) : pause(random.below(PAUSE)))
    await this.#resting
  }

  async #publish(): Promise<void> {
    const { node, life, journal } = this.options
    while (this.#on) {
      const number = ++this.#news
      const { accepted, failed } = await node.publish(News, { by: node.name, life, number })
      journal.write(['published', number, accepted, failed])
      await this.#takeBreath()
    }
  }
}

/** Whether a body is as its writer made it. */
export function isWhole({ number, size, body }: Note): boolean {
  if (body.length !== size) return false
  // All bytes are the same when each is the same as its neighbour.
  return (
    size === 0 || (body[0] === (number & 0xff) && !Buffer.compare(body.subarray(1), body.subarray(0, -1)))
  )
}

/** An asker that gave up, or an actor that was stopped meanwhile, leaves open whether the question was heard. */
function fateOf(error: unknown, manner: Manner): Fate {
  if (isSignalboxError(error, 'PEER_LOST')) return 'unknown'
  const open = isSignalboxError(error, 'TIMEOUT', 'ABORTED', 'ACTOR_STOPPED')
  return manner === 'ask' && open ? 'given up' : 'failed'
}
