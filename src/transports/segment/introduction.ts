import { brokenRule } from './broken-rule.js'
import { isReasonable, type Sizes } from './layout.js'

/**
 * What the two sides say on the control connection before they share memory, in little-endian integers:
 *
 *     dialler   hello   magic u32, version u32, ring u32, keep u32, largest u32
 *     listener  offer   the same five, then the length of a text u32, and the text, in ASCII
 *     dialler   mapped  one byte, 0x4d
 *
 * The hello says what the dialler would like; the offer what both have, and the name of the memory that the
 * listener made. An offer of sizes 0 is a refusal, and its text the reason. Who maps the memory removes its name.
 */
export interface Offer {
  readonly sizes: Sizes
  /** The name of the memory. */
  readonly name: string
}

/** The one version that there is. A listener answers in the dialler's version, or the highest that it knows. */
const VERSION = 1

export const HELLO_BYTES = 20
/** Bytes of an offer in front of its text. */
export const OFFER_HEAD_BYTES = 24
/** What the dialler says when it has mapped the memory. */
export const MAPPED = Uint8Array.of(0x4d)

/** "SBsm". */
const MAGIC = 0x6d734253
export const MOST_TEXT = 255
/** What may be a name in any system, and leads nowhere else. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

export function encodeHello(sizes: Sizes): Uint8Array {
  return integers([MAGIC, VERSION, sizes.ring, sizes.keep, sizes.largest])
}

/** @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeHello(bytes: Buffer): Sizes {
  return decodeSizes(bytes)
}

export function encodeOffer({ sizes, name }: Offer): Uint8Array {
  const head = integers([MAGIC, VERSION, sizes.ring, sizes.keep, sizes.largest, name.length])
  return Buffer.concat([head, Buffer.from(name, 'ascii')])
}

/** Tells the dialler why there is no memory for it. */
export function encodeRefusal(why: string): Uint8Array {
  const text = Buffer.from(why, 'ascii').subarray(0, MOST_TEXT)
  return Buffer.concat([integers([MAGIC, VERSION, 0, 0, 0, text.length]), text])
}

/** How many bytes of text follow the head of an offer. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function textLengthOf(head: Buffer): number {
  const length = head.readUInt32LE(20)
  if (length > MOST_TEXT) throw brokenRule(`a text of ${length} B in its offer`)
  return length
}

/**
 * What is offered to who said that it would like `mine`; a text alone is the reason of a refusal.
 * @throws SignalboxError `PROTOCOL_VIOLATION`
 */
export function decodeOffer(head: Buffer, text: Buffer, mine: Sizes): Offer | string {
  const name = text.toString('latin1')
  if (head.readUInt32LE(8) === 0) return name.replace(/[^ -~]/g, '?')
  const sizes = decodeSizes(head)
  const version = head.readUInt32LE(4)
  if (version > VERSION) throw brokenRule(`it answers in version ${version}, and this is ${VERSION}`)
  if (sizes.ring > mine.ring || sizes.keep > mine.keep || sizes.largest > mine.largest) {
    throw brokenRule('it offers more than was asked for')
  }
  if (!NAME.test(name)) throw brokenRule(`${JSON.stringify(name)} is no name of shared memory`)
  return { sizes, name }
}

function decodeSizes(bytes: Buffer): Sizes {
  const [magic, version] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
  if (magic !== MAGIC) throw brokenRule('it does not speak of shared memory at all')
  if (version < VERSION) throw brokenRule(`it speaks version ${version}, and this is ${VERSION}; update it`)
  const sizes = { ring: bytes.readUInt32LE(8), keep: bytes.readUInt32LE(12), largest: bytes.readUInt32LE(16) }
  if (!isReasonable(sizes)) throw brokenRule(`sizes that nobody can use: ${JSON.stringify(sizes)}`)
  return sizes
}

/** 32-bit integers, as both sides say them; negative ones as what they are without a sign. */
export function integers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value >>> 0, index * 4)
  })
  return bytes
}
