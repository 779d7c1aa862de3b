import type { Capabilities } from '../../core/contracts/index.js'
import { DEFAULT_MAX_MESSAGE } from './mailslot.js'

/** What a mailslot of this machine can do. */
export const capabilities: Capabilities = Object.freeze({
  reach: 'machine',
  delivery: 'reliable',
  ordered: true,
  // Each endpoint has a slot of its own and writes into those of others.
  direction: 'duplex',
  group: 'none',
  maxFrame: DEFAULT_MAX_MESSAGE,
  boundaries: 'message',
  // An endpoint reads as long as it lives: a full slot tells of a burst, not of a receiver that stopped.
  flowControl: 'none',
  rendezvous: 'name',
  connectProves: 'nothing',
  close: 'heartbeat',
  names: 'exclusive',
  identity: 'none',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms: Object.freeze(['win32'] as const),
})
