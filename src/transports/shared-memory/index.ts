import type { ConnectionTransport } from '../../core/contracts/index.js'
import { SegmentTransport } from '../segment/connection/segment-transport.js'
import type { SegmentKind } from '../segment/segment-source.js'
import { Segments } from '../segment/segments.js'

export type { InheritedStream, InheritingProcess } from '../../native/inheriting-process.js'
export type { SharedHandle } from '../../native/mapping.js'
export {
  SharedMemory,
  type SharedMemoryAccess,
  type SharedMemoryOptions,
} from '../../native/shared-memory.js'
export { type SpawnInheritingOptions, spawnInheriting } from '../../native/spawn-inheriting.js'

/** Options of {@link sharedMemory}. Of what the two sides of a connection say, each size is the lesser one. */
export interface SharedMemoryTransportOptions {
  /**
   * Bytes of the ring that small frames go through, in each direction: a power of two from 64 KiB to 1 MiB.
   * @default 256 KiB
   */
  readonly ring?: number
  /**
   * Bytes of the largest frame: whole pages of 4 KiB, from 64 KiB to 256 MiB. That much more memory, in each
   * direction, is for large frames on their way.
   * @default 1 MiB and 64 KiB: a message of 1 MiB, and what a link puts in front
   */
  readonly largest?: number
  /**
   * Bytes of large frames that a receiver may keep where they lie, in each direction: whole pages of 4 KiB, up to
   * 256 MiB. What it keeps beyond that is copied.
   * @default 1 MiB and 64 KiB: one of the largest, so that there is room for two while none is kept
   */
  readonly keep?: number
  /**
   * Whether this side, in a conversation, looks again and again for what comes next instead of sleeping at once: quicker by
   * far, for the price of a processor meanwhile. It stops by itself where that does not pay.
   * @default true
   */
  readonly spin?: boolean
}

const KIB = 1024

const inSharedMemory: SegmentKind = {
  scheme: 'shared-memory',
  summary:
    'Frames in memory that two processes of one user share; the fastest way on one machine, above all for large ones.',
  auto: true,
  sourceFor: ({ runtimeFolder }) => new Segments(runtimeFolder),
}

/**
 * Shared memory: each connection has a piece of memory that both processes map, with a ring in each direction for
 * small frames and a pool of blocks for large ones, which the receiver reads where they lie. The two sides meet over
 * a control connection (a named pipe), by which the kernel tells who the peer is, a sleeping side is woken, and
 * the peer's end is noticed. What it sent before is still delivered.
 *
 * Addresses are `shared-memory://./<name>`; a name has one listener, and only this user can connect. The memory
 * loses its name as soon as both sides have it, so that nothing is left behind. The peer can write anything
 * there at any time: a frame's bytes may change while they are read, and positions and lengths that cannot
 * be end the connection with `PROTOCOL_VIOLATION`.
 *
 * @example
 * ```ts
 * import { parseAddress, systemContext } from 'signalbox'
 * import { sharedMemory } from 'signalbox/transports/shared-memory'
 *
 * const context = await systemContext()
 * const address = parseAddress('shared-memory://./orders')
 * const listener = await sharedMemory().listen(address, context)
 * listener.connections$.subscribe(shop => shop.receive(({ bytes }) => console.log(Buffer.from(bytes).toString())))
 *
 * const till = await sharedMemory().connect(address, context)
 * till.send(Buffer.from('one coffee'))
 * await till.close()
 * await listener.close()
 * ```
 * @throws SignalboxError `CONFIG_INVALID` for sizes that cannot be
 */
export function sharedMemory(options: SharedMemoryTransportOptions = {}): ConnectionTransport {
  const { ring = 256 * KIB, largest = 1088 * KIB, keep = 1088 * KIB, spin = true } = options
  return new SegmentTransport(inSharedMemory, { ring, largest, keep }, spin)
}
