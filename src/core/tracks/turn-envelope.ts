/*
 * What two sides write into a slot, in turn. Numbers are big-endian.
 *
 *   magic "SGBT" · kind u8 · side u8 · conversation 8 B · sequence u32 · taken u32 · the frame, if there is one
 *
 * An envelope says all that its writer has to say, so that writing it again, after a foreign program overwrote the
 * slot, does no harm: its latest frame, and which of the other's frames it took.
 */

const MAGIC = Uint8Array.of(0x53, 0x47, 0x42, 0x54)

/** Bytes of a conversation's id. */
export const CONVERSATION_LENGTH = 8

/** Bytes of an envelope around a frame. */
export const ENVELOPE = MAGIC.length + 2 + CONVERSATION_LENGTH + 4 + 4

/** The dialler's side is 0, the listener's 1. */
export type Side = 0 | 1

const kinds = ['open', 'accept', 'turn', 'frame', 'close'] as const

/** What an envelope says. `turn` has no frame, `frame` has. */
export interface Envelope {
  readonly kind: (typeof kinds)[number]
  readonly side: Side
  readonly conversation: Uint8Array
  /** How many frames its writer sent, this one included. */
  readonly sequence: number
  /** How many frames of the other side its writer took. */
  readonly taken: number
  readonly frame: Uint8Array
}

export function writeEnvelope({ kind, side, conversation, sequence, taken, frame }: Envelope): Uint8Array {
  const bytes = Buffer.alloc(ENVELOPE + frame.length)
  bytes.set(MAGIC)
  bytes[4] = kinds.indexOf(kind)
  bytes[5] = side
  bytes.set(conversation, 6)
  bytes.writeUInt32BE(sequence, 14)
  bytes.writeUInt32BE(taken, 18)
  bytes.set(frame, ENVELOPE)
  return bytes
}

/** Undefined for what no side of any conversation wrote. */
export function readEnvelope(bytes: Uint8Array): Envelope | undefined {
  const kind = kinds[bytes[4] ?? kinds.length]
  const side = bytes[5]
  const isOurs = bytes.length >= ENVELOPE && MAGIC.every((byte, at) => bytes[at] === byte)
  if (!isOurs || kind === undefined || (side !== 0 && side !== 1)) return undefined
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return {
    kind,
    side,
    conversation: bytes.slice(6, 6 + CONVERSATION_LENGTH),
    sequence: view.readUInt32BE(14),
    taken: view.readUInt32BE(18),
    frame: bytes.subarray(ENVELOPE),
  }
}

/** Whether two ids of conversations are the same. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
