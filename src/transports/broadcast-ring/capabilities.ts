import type { Capabilities } from '../../core/contracts/index.js'
import { PREFIX } from './ring-memory.js'
import type { RingSettings } from './ring-settings.js'

/** Where rings exist. */
export const platforms: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32']

/** What a group of endpoints over such rings can do. */
export function capabilitiesOf({ sizes, slow }: RingSettings): Capabilities {
  return Object.freeze({
    reach: 'machine',
    delivery: slow === 'drop' ? 'lossy' : 'reliable',
    ordered: true,
    direction: 'duplex',
    group: 'always',
    maxFrame: sizes.largest - PREFIX,
    boundaries: 'message',
    // An endpoint reads whatever comes: a full ring tells of a burst.
    flowControl: 'none',
    // A group is there whether or not anybody is in it.
    rendezvous: 'ambient',
    connectProves: 'nothing',
    // Members notice each other's end, but an endpoint does not know who its partner is.
    close: 'heartbeat',
    names: 'shared',
    identity: 'none',
    persistent: false,
    userVisible: false,
    // Everybody in the group reads what is meant for one.
    auto: false,
    platforms,
  } as const)
}
