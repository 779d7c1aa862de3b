import Table from 'cli-table3'
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
  const numbers = [...counted.map(name => columns[name] ?? name), 'seed', 'duration']
  const table = new Table({
    head: [...numbers, 'test'],
    colAligns: [...numbers.map(() => 'right' as const), 'left'],
    style: { head: [], border: [], compact: true },
  })
  table.push(...tests.map(test => rowOf(test, counted)))
  return table.toString()
}

function rowOf({ name, seed, counts, failed, milliseconds }: TalliedTest, counted: string[]): string[] {
  const title = `${failed ? 'FAILED ' : ''}${withoutTags(name)}`
  const others = Object.entries(counts).filter(([count]) => !(count in columns))
  const below = others.map(([count, number]) => `${inWords(count)} ${number}`).join(' · ')
  return [
    ...counted.map(count => `${counts[count] ?? ''}`),
    `${seed}`,
    `${Math.round(milliseconds / 1000)} s`,
    below === '' ? title : `${title}\n${below}`,
  ]
}

/** `mostAtOnce` as `most at once`. */
const inWords = (count: string) => count.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
