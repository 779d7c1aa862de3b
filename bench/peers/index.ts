import type { Peer } from '../pair/peer.js'
import { childProcessAdvanced, childProcessJson } from './child-process.js'
import { net, netPacked } from './net.js'
import { signalbox } from './signalbox.js'
import { zeromq } from './zeromq.js'

/** What Signalbox is compared with. */
export const rivals: readonly Peer[] = [net, netPacked, childProcessJson, childProcessAdvanced, zeromq]

/** A rival, or Signalbox over the transport of that name. */
export function peerNamed(name: string): Peer {
  return rivals.find(rival => rival.name === name) ?? signalbox(name)
}
