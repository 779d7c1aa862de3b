import type { ConnectionTransport } from '../../core/contracts/index.js'
import { SegmentTransport } from '../segment/connection/segment-transport.js'
import type { SegmentKind } from '../segment/segment-source.js'
import { FileSegments } from './file-segments.js'

export { FileMapping, type FileMappingOptions } from './file-mapping.js'
export { Journal, type JournalOptions, type KnownConsumer } from './journal.js'
export { type JournalPlace, journalPlaceOf } from './journal-address.js'
export type { JournalConsumer } from './journal-consumer.js'
export type { JournalRecord } from './journal-cursor.js'
export type { JournalWriter } from './journal-writer.js'

/** Options of {@link fileMapping}. Of what the two sides of a connection say, each size is the lesser one. */
export interface FileMappingTransportOptions {
  /**
   * Bytes of the ring that small frames go through, in each direction: a power of two from 64 KiB to 1 MiB.
   * @default 256 KiB
   */
  readonly ring?: number
  /**
   * Bytes of the largest frame: whole pages of 4 KiB, from 64 KiB to 256 MiB. That much more of the file, in each
   * direction, is for large frames on their way.
   * @default 1 MiB and 64 KiB: a message of 1 MiB, and what a link puts in front
   */
  readonly largest?: number
  /**
   * Bytes of large frames that a receiver may keep where they lie, in each direction: whole pages of 4 KiB, up to
   * 256 MiB. What it keeps beyond that is copied.
   * @default 1 MiB
   */
  readonly keep?: number
  /**
   * Whether this side, in a conversation, looks again and again for what comes next instead of sleeping at once. It stops by
   * itself where that does not pay.
   * @default true
   */
  readonly spin?: boolean
}

const KIB = 1024

const inFiles: SegmentKind = {
  scheme: 'file-mapping',
  summary:
    'Frames in a file that two processes of one user map; like shared memory, where the system has no room for that, or none to spare.',
  auto: false,
  sourceFor: ({ runtimeFolder }) => new FileSegments(runtimeFolder),
}

/**
 * Files that two processes map: each connection has one in the runtime folder, and works like one over shared memory in all
 * the rest. Containers often give shared memory little room (64 MiB in `/dev/shm`), and a folder much; nothing else speaks
 * for it, so that the selector takes it only where it is told to. The file loses its name as soon as both sides have it, or, on
 * Windows, when the connection ends.
 *
 * Addresses are `file-mapping://./<name>`; a name has one listener, and only this user can connect.
 *
 * {@link FileMapping} is a file as memory, to share it with other programs, and {@link Journal} a file of records that outlive
 * their processes; {@link journalPlaceOf} reads the address of one.
 *
 * @example
 * ```ts
 * import { parseAddress, systemContext } from 'signalbox'
 * import { fileMapping } from 'signalbox/transports/file-mapping'
 *
 * const context = await systemContext()
 * const address = parseAddress('file-mapping://./orders')
 * const listener = await fileMapping().listen(address, context)
 * listener.connections$.subscribe(shop => shop.receive(({ bytes }) => console.log(Buffer.from(bytes).toString())))
 *
 * const till = await fileMapping().connect(address, context)
 * till.send(Buffer.from('one coffee'))
 * await till.close()
 * await listener.close()
 * ```
 * @throws SignalboxError `CONFIG_INVALID` for sizes that cannot be
 */
export function fileMapping(options: FileMappingTransportOptions = {}): ConnectionTransport {
  const { ring = 256 * KIB, largest = 1088 * KIB, keep = 1024 * KIB, spin = true } = options
  return new SegmentTransport(inFiles, { ring, largest, keep }, spin)
}
