import Table from 'cli-table3'

/** Columns that a line may take where nobody knows the width of the screen. */
const WIDTH = 110
/** Columns that the last column gets at least. */
const NARROWEST = 24
/** What stands beside each cell: two spaces and a rule. */
const FRAME = 3

/** A table for people. The last column takes the room that is left, and wraps. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map(row => row[column] ?? '')].map(widest)),
  )
  const taken = widths.slice(0, -1).reduce((sum, width) => sum + width + FRAME, 1)
  const left = Math.max(NARROWEST, (process.stdout.columns ?? WIDTH) - taken - 1)
  const table = new Table({
    head: [...head],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
    colWidths: widths.map((width, column) =>
      column === head.length - 1 ? Math.min(width + 2, left) : width + 2,
    ),
  })
  for (const row of rows) table.push([...row])
  return table.toString()
}

function widest(cell: string): number {
  return Math.max(...cell.split('\n').map(line => line.length))
}
