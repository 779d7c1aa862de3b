import type { Readable } from 'node:stream'

/** Characters that are kept. */
const KEPT = 8192

/** Reads `stream` as text; the result gives the end of what was written so far. */
export function latestOf(stream: Readable | null): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-KEPT)
  })
  return () => text
}
