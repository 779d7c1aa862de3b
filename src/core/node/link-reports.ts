import type { Traffic } from '../link/index.js'
import type { PeerSession } from './peer-session.js'

/** What one link carried, and over what. */
export interface LinkReport {
  readonly node: string
  readonly transport: string
  readonly address: string
  readonly sent: { readonly messages: number; readonly bytes: number }
  readonly received: { readonly messages: number; readonly bytes: number }
}

/** The track that a session has. */
interface Place {
  readonly transport: string
  readonly address: string
}

/** Nodes and transports whose ended links are remembered, so that a node that lives for years does not grow. */
const REMEMBERED = 1000

/** What the links of a node carry, and what those that have ended carried. */
export class LinkReports {
  readonly #open = new Map<PeerSession, Place>()
  /** Ended links, added up by node and transport. */
  readonly #ended = new Map<string, LinkReport>()

  opened(session: PeerSession, place: Place): void {
    this.#open.set(session, place)
  }

  ended(session: PeerSession): void {
    const place = this.#open.get(session)
    if (place === undefined) return
    this.#open.delete(session)
    const report = reportOf(session, place)
    const key = `${place.transport} ${session.node}`
    const before = this.#ended.get(key)
    this.#ended.delete(key) // what ended last is remembered longest
    this.#ended.set(key, before === undefined ? report : together(before, report))
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= REMEMBERED) break
      this.#ended.delete(oldest)
    }
  }

  /** One report for each link that lives, and one for all that have ended with the same node over the same transport. */
  all(): LinkReport[] {
    return [...this.#ended.values(), ...[...this.#open].map(([session, place]) => reportOf(session, place))]
  }
}

function reportOf({ node, link }: PeerSession, { transport, address }: Place): LinkReport {
  const { sent, received } = link.traffic
  return { node, transport, address, sent: { ...sent }, received: { ...received } }
}

function together(before: LinkReport, after: LinkReport): LinkReport {
  return { ...after, sent: sum(before.sent, after.sent), received: sum(before.received, after.received) }
}

function sum(a: Traffic['sent'], b: Traffic['sent']): Traffic['sent'] {
  return { messages: a.messages + b.messages, bytes: a.bytes + b.bytes }
}
