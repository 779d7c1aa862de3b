import { addExtension } from 'msgpackr'

/** Extension types on the wire. The first three are msgpackr's own. */
export const extension = Object.freeze({
  /** One byte, ignored: `undefined`. */
  undefined: 0x00,
  /** A timestamp of 4, 8 or 12 bytes as MessagePack defines it; of one byte: an invalid date. */
  date: 0xff,
  /** One byte, then an array of the elements. */
  set: 0x73,
  /** One byte, then an array of keys and values in turn. */
  map: 0x4d,
  /** UTF-8 of a string that begins with U+FEFF, which the decoder's TextDecoder would swallow. */
  text: 0x75,
} as const)

// The table of extensions is global to msgpackr, so these two stand for every user of it in the process.
addExtension({
  type: extension.map,
  read: (flat: unknown[]) => {
    const map = new Map<unknown, unknown>()
    for (let at = 0; at < flat.length; at += 2) map.set(flat[at], flat[at + 1])
    return map
  },
})
addExtension({
  type: extension.text,
  unpack: bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
})
