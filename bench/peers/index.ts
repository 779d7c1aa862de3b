import type { Peer } from '../pair/peer.js'
import { childProcessAdvanced, childProcessJson } from './child-process.js'
import { heardRing } from './heard-ring.js'
import { net, netPacked } from './net.js'
import { parked, signalbox } from './signalbox.js'
import { zeromq } from './zeromq.js'

/** What Signalbox is compared with. */
export const rivals: readonly Peer[] = [net, netPacked, childProcessJson, childProcessAdvanced, zeromq]

/** A rival, something that is used otherwise than usual, or Signalbox over the transport of that name. */
export function peerNamed(name: string): Peer {
  return [...rivals, parked, heardRing].find(peer => peer.name === name) ?? signalbox(name)
}
