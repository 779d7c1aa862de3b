import type { PacketTransport } from '../../core/contracts/index.js'
import { inProcess } from './in-process.js'
import { PacketHub } from './packet-hub.js'

/**
 * Groups in which everybody hears every packet, and nobody can be spoken to alone. An address is that of a group:
 * `broadcast-only://./<name>`.
 */
export function broadcastOnly(): PacketTransport {
  return new PacketHub({
    name: 'broadcast-only',
    summary: 'Packets within one process that everybody in a group hears; for tests.',
    capabilities: {
      ...inProcess,
      group: 'always',
      maxFrame: 65_536,
      rendezvous: 'ambient',
      connectProves: 'nothing',
      close: 'heartbeat',
      names: 'shared',
      identity: 'none',
    },
    fate: () => [0],
    lends: true,
  })
}
