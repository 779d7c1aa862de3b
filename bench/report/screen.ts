import Table from 'cli-table3'
import type { ComparisonResult } from '../comparison.js'
import { profileRows } from './profile-rows.js'
import { figureRows, goalRows, type Rows } from './rows.js'

/** A comparison as tables for a terminal. */
export function onScreen(result: ComparisonResult): string {
  const goals = goalRows(result)
  const tables = [figureRows(result), ...(goals === undefined ? [] : [goals])].map(drawn)
  const profiles = profileRows(result).map(({ title, parts, functions }) =>
    ['', title, parts, ...functions].join('\n'),
  )
  return [`\n${result.comparison.title} (${result.comparison.name})`, ...tables, ...profiles].join('\n')
}

function drawn({ head, body }: Rows): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  })
  table.push(...body.map(row => [...row]))
  return table.toString()
}
