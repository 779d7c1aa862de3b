import type { TrackReport, Traffic, Way } from '../link/index.js'
import type { PeerSession } from './peer-session.js'

/** What one link carried, and over what. */
export interface LinkReport extends Way {
  readonly node: string
  /** What each of its tracks carried, the one that it is primarily over first; those that have ended are not among them. */
  readonly tracks: readonly TrackReport[]
  readonly sent: { readonly messages: number; readonly bytes: number }
  readonly received: { readonly messages: number; readonly bytes: number }
}

/** Nodes and transports whose ended links are remembered, so that a node that lives for years does not grow. */
const REMEMBERED = 1000

/** What the links of a node carry, and what those that have ended carried. */
export class LinkReports {
  readonly #open = new Set<PeerSession>()
  /** Ended links, added up by node and transport. */
  readonly #ended = new Map<string, LinkReport>()

  opened(session: PeerSession): void {
    this.#open.add(session)
  }

  ended(session: PeerSession): void {
    if (!this.#open.delete(session)) return
    const report = { ...reportOf(session), tracks: [] }
    const key = `${report.transport} ${session.node}`
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
    return [...this.#ended.values(), ...[...this.#open].map(reportOf)]
  }
}

const NOWHERE: Way = { transport: '', address: '' }

function reportOf({ node, link }: PeerSession): LinkReport {
  const { sent, received } = link.traffic
  const tracks = link.ways.map(({ transport, address, ...traffic }) => ({
    transport,
    address,
    ...copyOf(traffic),
  }))
  const { transport, address } = tracks[0] ?? NOWHERE
  return { node, transport, address, tracks, ...copyOf({ sent, received }) }
}

function copyOf({ sent, received }: Traffic): Traffic {
  return { sent: { ...sent }, received: { ...received } }
}

function together(before: LinkReport, after: LinkReport): LinkReport {
  return { ...after, sent: sum(before.sent, after.sent), received: sum(before.received, after.received) }
}

function sum(a: Traffic['sent'], b: Traffic['sent']): Traffic['sent'] {
  return { messages: a.messages + b.messages, bytes: a.bytes + b.bytes }
}
