import type { Entry, Fate, Manner } from '../peers/storm-journal.js'
import { type Figures, noFigures } from './figures.js'
import type { StormPeer } from './storm-peer.js'

/** A life of a node and what it wrote down. */
interface Life {
  readonly peer: StormPeer
  readonly entries: readonly Entry[]
  /** Whether all that it tried has its outcome in its journal. */
  readonly settled: boolean
}

/** One message, as its sender and all lives of its receiver saw it. */
interface Message {
  readonly to: string
  readonly clerk: string
  readonly number: number
  readonly manner: Manner
  readonly era: number
  readonly fates: { readonly fate: Fate; readonly code: string }[]
}

/** Where a message turned up. */
interface Arrival {
  readonly life: Life
  /** The place in that life's journal. */
  readonly at: number
}

/** What a storm found: figures, and each promise that was not kept, with what the journals say. */
export interface Verdict {
  readonly figures: Figures
  readonly broken: readonly string[]
}

/** Holds what all lives of all nodes wrote down against what they were promised. */
export function judge(peers: readonly StormPeer[]): Verdict {
  return new Judge(peers).verdict()
}

class Judge {
  readonly #figures = noFigures()
  readonly #broken: string[] = []
  readonly #lives: readonly Life[]
  /** By message. */
  readonly #heard = new Map<string, Arrival[]>()
  /** Messages that were in a mailbox when its actor was stopped. */
  readonly #left = new Set<string>()

  constructor(peers: readonly StormPeer[]) {
    this.#lives = peers.map(peer => {
      const entries = peer.journal()
      return { peer, entries, settled: peer.end !== 'killed' && entries.some(([kind]) => kind === 'settled') }
    })
  }

  verdict(): Verdict {
    for (const life of this.#lives) this.#listen(life)
    for (const life of this.#lives) {
      this.#order(life)
      this.#messages(life)
      this.#news(life)
      this.#levels(life)
      this.#peers(life)
    }
    return { figures: this.#figures, broken: this.#broken }
  }

  /** Collects what was heard, wherever. */
  #listen(life: Life): void {
    life.entries.forEach((entry, at) => {
      switch (entry[0]) {
        case 'heard': {
          const [, clerk, by, of, number] = entry
          const key = keyOf(by, of, life.peer.name, clerk, number)
          const arrivals = this.#heard.get(key) ?? []
          arrivals.push({ life, at })
          this.#heard.set(key, arrivals)
          this.#figures.heard++
          if (arrivals.length > 1) {
            this.#figures.twice++
            this.#complain(life, at, `${key} was handled twice`)
          }
          break
        }
        case 'left': {
          const [, clerk, by, of, number] = entry
          this.#left.add(keyOf(by, of, life.peer.name, clerk, number))
          break
        }
        case 'damaged':
          this.#complain(life, at, 'a body was not as it was sent')
      }
    })
  }

  /** In each lane, what is heard follows what was tried, however many sessions that took. */
  #order(life: Life): void {
    const last = new Map<string, number>()
    life.entries.forEach((entry, at) => {
      if (entry[0] !== 'heard') return
      const [, clerk, by, of, number] = entry
      this.#follow(life, at, last, `${by}#${of} ${clerk}`, number)
    })
  }

  /** What is told in one order is heard in it. */
  #follow(life: Life, at: number, last: Map<string, number>, order: string, number: number): void {
    const before = last.get(order) ?? 0
    if (number >= before) {
      last.set(order, number)
    } else {
      this.#figures.overtaken++
      this.#complain(life, at, `${order} ${number} was overtaken by ${before}`)
    }
  }

  /** Each message has one outcome, and it is the truth. */
  #messages(life: Life): void {
    const { peer, entries, settled } = life
    const messages = new Map<string, Message>()
    const tells = new Map<string, TellCount>()
    entries.forEach((entry, at) => {
      if (entry[0] === 'tried') {
        const [, to, clerk, number, manner, era] = entry
        messages.set(`${to} ${clerk} ${number}`, { to, clerk, number, manner, era, fates: [] })
        this.#figures.tried++
      } else if (entry[0] === 'fate') {
        const [, to, clerk, number, fate, code] = entry
        const message = messages.get(`${to} ${clerk} ${number}`)
        if (message === undefined) this.#complain(life, at, 'an outcome of what was never tried')
        message?.fates.push({ fate, code })
      } else if (entry[0] === 'dead') {
        const [, to, clerk, outcome] = entry
        tellCount(tells, to, clerk)[outcome]++
        if (outcome === 'unknown') this.#figures.unknown++
      }
    })
    for (const message of messages.values()) {
      const { to, clerk, number, manner, fates } = message
      const [outcome, ...more] = fates
      const what = `${manner} ${peer.title} → ${to} ${clerk} ${number}`
      if (more.length > 0) this.#broken.push(`${what} has more than one outcome: ${JSON.stringify(fates)}`)
      if (outcome === undefined) {
        if (settled) this.#broken.push(`${what} has no outcome`)
        continue
      }
      const key = keyOf(peer.name, peer.setup.life, to, clerk, number)
      const arrivals = this.#heard.get(key)
      const arrived = arrivals !== undefined || this.#left.has(key)
      const { fate, code } = outcome
      if ((fate === 'failed' || fate === 'refused') && arrivals !== undefined) {
        this.#broken.push(`${what} was ${fate} ${code}, and yet it was handled by ${titles(arrivals)}`)
      }
      if (fate === 'unknown') this.#figures.unknown++
      if (fate === 'done' && !arrived) this.#vanished(life, message, what)
      if (manner !== 'tell') continue
      const count = tellCount(tells, to, clerk)
      if (fate === 'taken') count.taken++
      if (fate === 'taken' && arrived) count.arrived++
    }
    if (!settled) return
    for (const [lane, { taken, arrived, rejected, unknown }] of tells) {
      const to = lane.split(' ')[0] ?? ''
      const says = `${peer.title} → ${lane}: of ${taken} tells that were taken ${arrived} arrived, ${rejected} were rejected, ${unknown} are unknown`
      if (arrived > taken - rejected) this.#broken.push(`${says}: something that was rejected arrived`)
      if (arrived >= taken - rejected - unknown) continue
      this.#figures.lost += taken - rejected - unknown - arrived
      if (!this.#wasKilled(to)) this.#broken.push(`${says}: something vanished`)
    }
  }

  /** What was accepted was in a mailbox: only its process's death excuses that it was never handled. */
  #vanished({ peer, entries }: Life, { to, clerk, number, era }: Message, what: string): void {
    this.#figures.lost++
    const incarnations = entries.flatMap(entry =>
      entry[0] === 'peer' && entry[1] === 'up' && entry[2] === to ? [entry[3]] : [],
    )
    // It went to the peer that was there when it was tried, or waited for the next one.
    const comings = Math.ceil(era / 2)
    const candidates = [incarnations[comings - 1], incarnations[comings]]
    const excused = this.#lives.some(
      life =>
        life.peer.name === to &&
        life.peer.end === 'killed' &&
        candidates.includes(life.peer.incarnation) &&
        lastHeard(life, clerk, peer) < number,
    )
    if (!excused) this.#broken.push(`${what} was accepted, and is nowhere`)
  }

  /** News of one publisher come in order, once, and to as many as the publisher was told. */
  #news(life: Life): void {
    const { peer, entries } = life
    const last = new Map<string, number>()
    entries.forEach((entry, at) => {
      if (entry[0] !== 'observed' && entry[0] !== 'read') return
      const [how, by, of, number] = entry
      const publisher = `${how} ${by}#${of}`
      if (number === last.get(publisher)) {
        this.#figures.twice++
        this.#complain(life, at, `${publisher} ${number} came twice`)
      }
      this.#follow(life, at, last, publisher, number)
    })
    const observers = new Map<number, Set<string>>()
    for (const other of this.#lives)
      for (const entry of other.entries) {
        if (entry[0] !== 'observed' || entry[1] !== peer.name || entry[2] !== peer.setup.life) continue
        const who = observers.get(entry[3]) ?? new Set()
        observers.set(entry[3], who.add(other.peer.name))
      }
    for (const entry of entries) {
      if (entry[0] !== 'published') continue
      const [, number, accepted] = entry
      // The publisher listens too, and is told of itself.
      const found = observers.get(number)?.size ?? 0
      if (found >= accepted || this.#lives.some(other => other.peer.end === 'killed')) continue
      this.#broken.push(`news ${number} of ${peer.title} were accepted by ${accepted}, and seen by ${found}`)
    }
  }

  /** Of a state, nobody sees an older value after a newer one. */
  #levels(life: Life): void {
    const last = new Map<string, { life: number; count: number }>()
    life.entries.forEach((entry, at) => {
      if (entry[0] !== 'level') return
      const [, of, owner, count] = entry
      const before = last.get(of) ?? { life: 0, count: 0 }
      if (owner < before.life || (owner === before.life && count <= before.count)) {
        this.#figures.overtaken++
        this.#complain(life, at, `the level of ${of} went back from ${before.life}/${before.count}`)
      }
      last.set(of, { life: owner, count })
    })
  }

  /** A peer comes before it goes, and each of its lives goes once, unless the two lost each other alive. */
  #peers(life: Life): void {
    const present = new Map<string, string>()
    const gone = new Set<string>()
    let excused = life.peer.disturbed
    life.entries.forEach((entry, at) => {
      if (entry[0] !== 'peer') return
      const [, type, node, incarnation, code] = entry
      const known = present.get(node)
      if (type === 'up') {
        if (known !== undefined) this.#complain(life, at, `${node} came while it was there`)
        const disturbed = this.#lives.some(({ peer }) => peer.incarnation === incarnation && peer.disturbed)
        if (gone.has(incarnation) && !excused && !disturbed)
          this.#complain(life, at, `a life of ${node} that was gone came again`)
        present.set(node, incarnation)
        return
      }
      if (known !== incarnation) this.#complain(life, at, `${node} went, which was not there`)
      if (code === 'PEER_SILENT') {
        this.#figures.silent++
        excused = true // on a loaded machine a process may be silent unasked
      }
      present.delete(node)
      gone.add(incarnation)
    })
    if (!life.settled || life.peer.end !== 'alive') return
    for (const [node, incarnation] of present) {
      const over = this.#lives.find(({ peer }) => peer.incarnation === incarnation)
      if (over === undefined || over.peer.end !== 'alive')
        this.#broken.push(`${life.peer.title} never heard that ${over?.peer.title ?? node} is gone`)
    }
  }

  #wasKilled(name: string): boolean {
    return this.#lives.some(({ peer }) => peer.name === name && peer.end === 'killed')
  }

  #complain({ peer, entries }: Pick<Life, 'peer' | 'entries'>, at: number, what: string): void {
    const excerpt = entries.slice(Math.max(0, at - 5), at + 3).map(entry => `    ${JSON.stringify(entry)}`)
    this.#broken.push([`${peer.title}, line ${at + 1}: ${what}`, ...excerpt].join('\n'))
  }
}

/** The tells to one clerk. */
interface TellCount {
  taken: number
  arrived: number
  rejected: number
  unknown: number
}

function tellCount(tells: Map<string, TellCount>, to: string, clerk: string): TellCount {
  const lane = `${to} ${clerk}`
  const count = tells.get(lane) ?? { taken: 0, arrived: 0, rejected: 0, unknown: 0 }
  tells.set(lane, count)
  return count
}

function keyOf(by: string, life: number, to: string, clerk: string, number: number): string {
  return `${by}#${life} → ${to} ${clerk} ${number}`
}

function titles(arrivals: readonly Arrival[]): string {
  return arrivals.map(({ life }) => life.peer.title).join(', ')
}

/** The number of the last message of a sender that a clerk of this life handled. */
function lastHeard({ entries }: Life, clerk: string, sender: StormPeer): number {
  let last = 0
  for (const entry of entries) {
    if (entry[0] !== 'heard') continue
    const [, at, by, life, number] = entry
    if (at === clerk && by === sender.name && life === sender.setup.life) last = Math.max(last, number)
  }
  return last
}
