import type { LinkReport, Node } from 'signalbox'
import type { Track } from './contracts.js'

/** What each track to the workers carried, and why it did. */
export async function tracksOf(node: Node, workers: readonly string[]): Promise<Track[]> {
  const links = node.links().filter(link => workers.includes(link.node))
  // Of a link that has ended, only what all of its tracks carried together is known.
  const tracks = links.flatMap(link => {
    const carriers = link.tracks.length === 0 ? [link] : link.tracks
    return carriers.map(({ transport, sent, received }) => ({ node: link.node, transport, sent, received }))
  })
  return Promise.all(tracks.map(async track => ({ ...track, because: await reasonFor(node, track) })))
}

/** Why messages of the usual size take that track, in the selector's words. */
async function reasonFor(
  node: Node,
  track: Pick<LinkReport, 'node' | 'transport' | 'sent'>,
): Promise<string> {
  const size = Math.round(track.sent.bytes / Math.max(1, track.sent.messages))
  try {
    const { ranked } = await node.explain(track.node, { size })
    return ranked.find(({ transport }) => transport === track.transport)?.because ?? ''
  } catch {
    return 'that worker is gone'
  }
}
