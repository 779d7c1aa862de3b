/** Extension types on the wire. The others take what the msgpackr library calls them. */
export const extension = Object.freeze({
  /** One byte, ignored: `undefined`. */
  undefined: 0x00,
  /** A timestamp of 4, 8 or 12 bytes as MessagePack defines it; of one byte: an invalid date. */
  date: 0xff,
  /** One byte, then an array of the elements. */
  set: 0x73,
  /** One byte, then an array of keys and values in turn. */
  map: 0x4d,
  /** UTF-8 of a string that begins with U+FEFF, which other readers' TextDecoders would swallow. */
  text: 0x75,
} as const)
