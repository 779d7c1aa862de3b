import type { Capabilities } from '../../../core/contracts/index.js'
import type { Sizes } from '../layout.js'
import type { SegmentKind } from '../segment-source.js'

/** Where shared memory exists as described here. */
export const platforms: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32']

/** What a connection of these sizes can do. */
export function capabilitiesOf({ auto }: Pick<SegmentKind, 'auto'>, { largest }: Sizes): Capabilities {
  return Object.freeze({
    reach: 'machine',
    delivery: 'reliable',
    ordered: true,
    direction: 'duplex',
    group: 'none',
    maxFrame: largest,
    boundaries: 'message',
    flowControl: 'track',
    rendezvous: 'name',
    connectProves: 'listener',
    close: 'mechanism',
    names: 'exclusive',
    identity: 'kernel',
    persistent: false,
    userVisible: false,
    auto,
    platforms,
  } as const)
}
