import type { ValueLimits } from '../../core/contracts/index.js'
import { overLimit } from '../outside.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Holds JSON text to the limits before it is parsed, in one pass that does not judge the grammar:
 * commas and opening brackets count as elements, a string has its length in the text.
 * @throws SignalboxError `LIMIT_EXCEEDED`
 */
export function checkJsonText(bytes: Uint8Array, limits: ValueLimits): void {
  let depth = 0
  let count = 0
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE: {
        const start = at + 1
        at = stringEnd(bytes, start)
        if (at - start > limits.length) throw overLimit('json', 'length', limits.length)
        break
      }
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > limits.depth) throw overLimit('json', 'depth', limits.depth)
        if (!closesAt(bytes, at + 1)) count++
        break
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--
        break
      case COMMA:
        count++
        break
    }
    if (count > limits.count) throw overLimit('json', 'count', limits.count)
  }
}

/** Where the string that begins at `at` has its closing quote, or the end of the text. */
function stringEnd(bytes: Uint8Array, at: number): number {
  let end = at
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1
  return end
}

/** Whether the container that was opened before `at` is empty. */
function closesAt(bytes: Uint8Array, at: number): boolean {
  let next = at
  while (next < bytes.length && (bytes[next] as number) <= 0x20) next++
  return bytes[next] === CLOSE_ARRAY || bytes[next] === CLOSE_OBJECT
}
