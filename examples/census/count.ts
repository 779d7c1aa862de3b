import type { Counts } from './counts.js'
import { languageOf } from './languages.js'

const NEWLINE = 10
/** How far from its beginning a file must be free of NUL bytes to be a text; git looks as far. */
const BINARY_WITHIN = 8000

const Kind = { space: 0, word: 1, sign: 2 } as const

/** The kind of each byte. All bytes of a character beyond ASCII belong to a word. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte <= 32 || byte === 127) return Kind.space
  return byte > 127 || /[\w$]/.test(String.fromCharCode(byte)) ? Kind.word : Kind.sign
})

/**
 * Counts one file. A token is a word, or a single sign: `a += 12` has four. The last line counts without
 * its newline too. Binary files have bytes only.
 */
export function countFile(path: string, content: Uint8Array): Counts {
  const bytes = content.length
  if (isBinary(content)) return { language: 'Binary', files: 1, lines: 0, tokens: 0, bytes }
  return { language: languageOf(path), files: 1, lines: linesIn(content), tokens: tokensIn(content), bytes }
}

function isBinary(content: Uint8Array): boolean {
  return content.subarray(0, BINARY_WITHIN).includes(0)
}

function linesIn(text: Uint8Array): number {
  const begun = text.length > 0 && text[text.length - 1] !== NEWLINE ? 1 : 0
  let ended = 0
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) ended++
  return ended + begun
}

function tokensIn(text: Uint8Array): number {
  let tokens = 0
  let before: number = Kind.space
  for (const byte of text) {
    const kind = kinds[byte] ?? Kind.space
    if (kind === Kind.sign || (kind === Kind.word && before !== Kind.word)) tokens++
    before = kind
  }
  return tokens
}
