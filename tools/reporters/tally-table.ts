import { withoutTags } from './ledger-page.js'

/** What a test of chance did and what came of it. */
export interface Tally {
  /** Repeats the test's chance. */
  readonly seed: number
  /** By what was counted: `kills`, `leftOver`. */
  readonly counts: Readonly<Record<string, number>>
}

/** A test, and what it counted. */
export interface TalliedTest extends Tally {
  readonly name: string
  readonly failed: boolean
  readonly milliseconds: number
}

/** What many tests count, by the name that it has there; a column of the table, if one of them does. */
const columns: Readonly<Record<string, string>> = {
  kills: 'kills',
  pauses: 'pauses',
  cuts: 'cuts',
  lost: 'lost',
  twice: 'twice',
  overtaken: 'out of order',
  leftOver: 'left over',
}

/** A row for each test; what only few of them count stands below its name. */
export function tallyTable(tests: readonly TalliedTest[]): string {
  const counted = Object.keys(columns).filter(name => tests.some(({ counts }) => name in counts))
  const head = [...counted.map(name => columns[name] ?? name), 'seed', 'duration', 'test']
  const rows = [head, ...tests.flatMap(test => rowsOf(test, counted))]
  const widths = head.map((_, at) => Math.max(...rows.map(row => row[at]?.length ?? 0)))
  const aligned = (cell: string, at: number) =>
    at === head.length - 1 ? cell : cell.padStart(widths[at] ?? 0)
  return rows.map(row => row.map(aligned).join('  ')).join('\n')
}

function rowsOf({ name, seed, counts, failed, milliseconds }: TalliedTest, counted: string[]): string[][] {
  const title = `${failed ? 'FAILED ' : ''}${withoutTags(name)}`
  const columned = counted.map(count => `${counts[count] ?? ''}`)
  const row = [...columned, `${seed}`, `${Math.round(milliseconds / 1000)} s`, title]
  const others = Object.keys(counts).filter(count => !(count in columns))
  if (others.length === 0) return [row]
  const below = others.map(count => `${inWords(count)} ${counts[count]}`).join(' · ')
  return [row, [...row.slice(1).map(() => ''), below]]
}

/** `mostAtOnce` as `most at once`. */
const inWords = (count: string) => count.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
