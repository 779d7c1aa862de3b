/** Bytes up to which one call with all characters beats the call into the system's decoder. */
const SHORT = 24

type ReadAscii = (bytes: Uint8Array, at: number) => string | undefined

/** Node's own methods of Buffers, which take any other array of bytes as well and make no view of it. */
const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string
}

/** Reads the text in UTF-8 from `start` to before `end`; malformed parts as U+FFFD. */
export type ReadText = (bytes: Uint8Array, start: number, end: number) => string

/** @throws where this process may not generate code */
export function textReader(): ReadText {
  const short = Array.from({ length: SHORT + 1 }, (_, length) => asciiReader(length))
  return (bytes, start, end) => short[end - start]?.(bytes, start) ?? utf8Slice.call(bytes, start, end)
}

/**
 * Reads `length` bytes where they are ASCII. Written out for each length, because a loop over characters takes three
 * times as long.
 */
function asciiReader(length: number): ReadAscii {
  if (length === 0) return () => ''
  const bytes = Array.from({ length }, (_, index) => `bytes[at + ${index}]`)
  const body = `return (${bytes.join(' | ')}) < 0x80 ? String.fromCharCode(${bytes.join(', ')}) : undefined`
  return new Function('bytes', 'at', body) as ReadAscii
}
