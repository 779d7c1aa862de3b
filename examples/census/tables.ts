import Table from 'cli-table3'
import type { Track } from './contracts.js'
import { type Counts, totalOf } from './counts.js'

/** The table by language, the one with most bytes first, and a last line for all of them. */
export function languageTable(counts: readonly Counts[]): string {
  const rows = counts.toSorted((a, b) => b.bytes - a.bytes)
  return table(
    ['language', 'files', 'lines', 'tokens', 'bytes'],
    [...rows, totalOf(rows)].map(row => [row.language, row.files, row.lines, row.tokens, row.bytes]),
  )
}

/** The table of the scanner's links: over which tracks each worker was reached, what they carried, and why they did. */
export function trackTable(tracks: readonly Track[]): string {
  return table(
    ['worker', 'track', 'messages there', 'bytes there', 'messages back', 'bytes back', 'why'],
    tracks.map(({ node, transport, sent, received, because }) => [
      node,
      transport,
      sent.messages,
      sent.bytes,
      received.messages,
      received.bytes,
      because,
    ]),
  )
}

function table(head: string[], rows: readonly (readonly (string | number)[])[]): string {
  const numbers = head.map((_, column) => rows.every(row => typeof row[column] === 'number'))
  const written = new Table({
    head,
    colAligns: numbers.map(isNumber => (isNumber ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) written.push(row.map(cell => cell.toLocaleString('en')))
  return written.toString()
}
