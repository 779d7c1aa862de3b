import { SignalboxError } from '../../core/contracts/index.js'
import { SharedMemory } from '../../native/shared-memory.js'
import { brokenRule } from '../segment/broken-rule.js'
import { bounded, type Meeting } from '../segment/introduce.js'
import { integers, MAPPED, MOST_TEXT, NAME } from '../segment/introduction.js'
import { isReasonable, type Sizes } from '../segment/layout.js'
import type { Seat } from './broadcast-writer.js'
import { MOST_READERS, ringMemoryBytes } from './ring-memory.js'

/*
 * What the two sides say on a control connection before one hears the other, in little-endian integers, each on its own:
 *
 *     hello    magic u32, version u32, ring u32, keep u32, largest u32, seat u32, position u32, sequence u32,
 *              the length of a text u32, and the text, in ASCII
 *     mapped   one byte, 0x4d: I have your memory, or you have none
 *
 * The sizes are those of the ring that this side writes, its text is the name of the memory, and the rest says where
 * the other side begins to hear it. Sizes of 0 say that this side writes none, and a text then, why it does not let the other one hear.
 */

/** A ring, and the place in it that a reader gets. */
export interface RingOffer extends Seat {
  readonly sizes: Sizes
  /** The name of the memory. */
  readonly name: string
}

/** A ring of somebody else's, which this process has mapped. */
export interface MappedRing extends RingOffer {
  readonly segment: SharedMemory
}

/** "SBbr". */
const MAGIC = 0x72624253
const VERSION = 1
const HELLO_BYTES = 36

/**
 * Introduces the two sides of a control connection to each other.
 * @param mine what the other side is to hear, if it is to hear anything; a text says why it is not
 * @returns what the other side lets us hear
 * @throws SignalboxError `NO_LISTENER` when it does not let us; `CLOSED`, `ABORTED`, `PROTOCOL_VIOLATION`, `PEER_SILENT`
 */
export function introduce(
  meeting: Meeting,
  mine: RingOffer | string | undefined,
): Promise<MappedRing | undefined> {
  return bounded(meeting, async () => {
    const { line, what } = meeting
    line.write(encodeHello(mine))
    if (typeof mine === 'string') {
      await line.close()
      throw new SignalboxError('LIMIT_EXCEEDED', `${what}: ${mine}`)
    }
    const head = await line.read(HELLO_BYTES)
    const length = head.readUInt32LE(32)
    if (length > MOST_TEXT) throw brokenRule(`a text of ${length} B in its hello`)
    const offer = decodeHello(head, (await line.read(length)).toString('latin1'))
    if (typeof offer === 'string') throw new SignalboxError('NO_LISTENER', `${what}: ${offer}`)
    const ring = offer && { ...offer, segment: open(offer) }
    try {
      line.write(MAPPED)
      const [said] = await line.read(MAPPED.length)
      if (said !== MAPPED[0]) throw brokenRule(`${said} is no answer to a hello`)
      return ring
    } catch (error) {
      ring?.segment.close()
      throw error
    }
  })
}

function open({ name, sizes }: RingOffer): SharedMemory {
  const segment = SharedMemory.open(name)
  if (segment.size >= ringMemoryBytes(sizes)) return segment
  segment.close()
  throw brokenRule(`its memory has ${segment.size} B where ${ringMemoryBytes(sizes)} B were said`)
}

function encodeHello(mine: RingOffer | string | undefined): Uint8Array {
  const isRing = typeof mine === 'object'
  const text = Buffer.from((isRing ? mine.name : mine) ?? '', 'ascii').subarray(0, MOST_TEXT)
  const { sizes, seat, position, sequence } = isRing ? mine : NONE
  const numbers = [MAGIC, VERSION, sizes.ring, sizes.keep, sizes.largest, seat, position, sequence]
  return Buffer.concat([integers([...numbers, text.length]), text])
}

const NONE = { sizes: { ring: 0, keep: 0, largest: 0 }, seat: 0, position: 0, sequence: 0 }

/** @throws SignalboxError `PROTOCOL_VIOLATION` */
function decodeHello(head: Buffer, text: string): RingOffer | string | undefined {
  if (head.readUInt32LE(0) !== MAGIC) throw brokenRule('it does not speak of broadcast rings at all')
  const version = head.readUInt32LE(4)
  if (version !== VERSION)
    throw brokenRule(`it speaks version ${version}, and this is ${VERSION}; update one of them`)
  const sizes = { ring: head.readUInt32LE(8), keep: head.readUInt32LE(12), largest: head.readUInt32LE(16) }
  if (sizes.ring === 0) return text === '' ? undefined : text.replace(/[^ -~]/g, '?')
  const seat = head.readUInt32LE(20)
  if (!isReasonable(sizes)) throw brokenRule(`sizes that nobody can use: ${JSON.stringify(sizes)}`)
  if (!NAME.test(text)) throw brokenRule(`${JSON.stringify(text)} is no name of shared memory`)
  if (seat >= MOST_READERS) throw brokenRule(`there is no seat ${seat}`)
  return { sizes, name: text, seat, position: head.readInt32LE(24), sequence: head.readInt32LE(28) }
}
