import type { Capabilities } from '../../core/contracts/index.js'
import { LARGEST_PACKET } from './slot-layout.js'

/** What the slots of a library can do. */
export const capabilities: Capabilities = Object.freeze({
  reach: 'machine',
  delivery: 'reliable',
  ordered: true,
  // Each endpoint has a slot of its own and writes into those of others.
  direction: 'duplex',
  group: 'none',
  maxFrame: LARGEST_PACKET,
  boundaries: 'message',
  // An endpoint reads as long as somebody listens to it: a full slot tells of a burst.
  flowControl: 'none',
  // The library is there whether or not anybody has a slot in it.
  rendezvous: 'ambient',
  connectProves: 'nothing',
  close: 'watch',
  names: 'exclusive',
  identity: 'none',
  persistent: false,
  userVisible: false,
  // It writes a library to the disk and loads it, which application control may object to.
  auto: false,
  platforms: Object.freeze(['win32'] as const),
})
