/** One sentence of the design that tests are to show. */
export interface LedgerRow {
  /** `I7`, or `<mechanism>: <column>` of the transport table. */
  readonly id: string
  readonly sentence: string
  /** The stage of the plan that delivers it. */
  readonly stage: number
  /** Whether that stage is reached: then a test must show it. */
  readonly due: boolean
}

/** A passing test whose name carries a row's tag. */
export interface Evidence {
  readonly tag: string
  readonly file: string
  readonly test: string
  readonly project: string
}

const tagPattern = /\[(I\d+|[a-z][a-z-]*: [a-z][A-Za-z-]*)\]/g

/** The tags in a test's full name, `[I7]` and `[tcp: peer-death]`, without the brackets. */
export const tagsOf = (name: string): string[] => [...name.matchAll(tagPattern)].map(([, tag = '']) => tag)

export const rowsWithoutEvidence = (rows: readonly LedgerRow[], evidence: readonly Evidence[]): LedgerRow[] =>
  rows.filter(({ id, due }) => due && !evidence.some(({ tag }) => tag === id))

/** The page; the same for the same tests, in whatever order they ended. */
export function render(rows: readonly LedgerRow[], evidence: readonly Evidence[]): string {
  const due = rows.filter(row => row.due)
  const sections = [...groupedBy(due, sectionOf)].map(([title, members]) =>
    [`## ${title}`, ...members.map(row => entry(row, evidence))].join('\n\n'),
  )
  const later = rows
    .filter(row => !row.due)
    .map(({ id, stage, sentence }) => `- **${id}** (stage ${stage}): ${sentence}`)
  return `${[introduction, ...sections, '## Not due yet', later.join('\n')].join('\n\n')}\n`
}

const introduction = `# Ledger

Which tests show each invariant of the link and each sentence of the transport table. Written by \`npm test\`
from the tags in test names and from [ledger.json](ledger.json); changes by hand are lost.`

const sectionOf = ({ id }: LedgerRow): string =>
  id.includes(': ') ? id.slice(0, id.indexOf(': ')) : 'The link'

function entry({ id, sentence }: LedgerRow, evidence: readonly Evidence[]): string {
  const shown = evidence.filter(({ tag }) => tag === id)
  const byTest = groupedBy(shown, ({ file, test }) => `\`${file}\` ${withoutTags(test)}`)
  const lines = [...byTest]
    .map(
      ([test, runs]) => `- ${test} (${[...new Set(runs.map(({ project }) => project))].sort().join(', ')})`,
    )
    .sort()
  return [`**${id}** ${sentence}`, lines.length > 0 ? lines.join('\n') : '- no test yet'].join('\n\n')
}

/** A test's full name as a sentence. */
export const withoutTags = (name: string): string => name.replace(tagPattern, '').replace(/ +/g, ' ').trim()

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
