import { verdicts } from '../comparison.js'
import { profileRows } from './profile-rows.js'
import { allGoalRows, figureRows, goalRows, type Rows } from './rows.js'
import type { Run } from './run.js'

/** A run as a page. */
export function asMarkdown(run: Run, plot: string): string {
  const { machine, commit, taken, rounds, results } = run
  const load = machine.load.map(value => value.toFixed(1)).join(', ')
  const judged = results.flatMap(verdicts)
  const met = judged.filter(verdict => verdict.met === 'yes' || verdict.met === 'stretch').length
  const sections = results.map(result => {
    const goals = goalRows(result)
    return [
      `## ${result.comparison.title}`,
      table(figureRows(result)),
      ...(goals ? [table(goals)] : []),
      ...profileRows(result).map(
        ({ title, parts, functions }) =>
          `### ${title}\n\n${parts}\n\n\`\`\`text\n${functions.join('\n')}\n\`\`\``,
      ),
    ].join('\n\n')
  })
  return `${[
    '# Figures',
    `Medians of ${rounds} rounds that took turns; only ratios within one table mean anything. How to read and repeat
them: [docs/benchmarks.md](../../docs/benchmarks.md).`,
    `Taken ${taken.slice(0, 10)} on ${machine.platform}, ${machine.cpu}, ${machine.cores} cores, ${machine.memory} GiB, Node
${machine.node}${commit === undefined ? '' : `, commit ${commit.slice(0, 12)}`}${load === '' ? '' : `, with a load of ${load} before it began`}. ${met} of ${judged.length} goals met.`,
    ...(judged.length > 0 ? ['## Goals', table(allGoalRows(results))] : []),
    `![The rates of all, by work](${plot})`,
    ...sections,
  ].join('\n\n')}\n`
}

function table({ head, body }: Rows): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'))
  return [line(head), line(rule), ...body.map(line)].join('\n')
}
