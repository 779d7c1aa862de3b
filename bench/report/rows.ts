import {
  type ComparisonResult,
  type Entry,
  figureOf,
  type Measure,
  type Verdict,
  verdicts,
} from '../comparison.js'
import type { Figures } from '../sample.js'

/** A table as texts: what the screen and the page show alike. */
export interface Rows {
  readonly head: readonly string[]
  readonly body: readonly (readonly string[])[]
}

/** A row for each entrant: its figures, or why there are none. */
export function figureRows({ comparison, entries }: ComparisonResult): Rows {
  const { baseline, unit, units = `${unit}s`, rated = true, measures = [] } = comparison
  const figures = entries.flatMap(entry => ('figures' in entry ? [entry.figures] : []))
  const timed = figures.some(({ latency }) => latency !== undefined)
  const cpu = figures.some(figure => figure.cpu !== undefined)
  const head = [
    '',
    ...(rated ? [`${units}/s`, `to ${baseline}`] : []),
    ...(cpu ? [`CPU µs a ${unit}`] : []),
    ...(timed ? ['p50 µs', 'p99 µs', 'p99.9 µs', `p50 to ${baseline}`] : []),
    ...measures.map(({ title, unit: of }) => (of === '' ? title : `${title}, ${of}`)),
  ]
  const body = entries.map(entry => {
    if ('missing' in entry) return [entry.entrant, `– (${entry.missing})`]
    const { rate, cpu: each, latency, measured } = entry.figures
    return [
      entry.entrant,
      ...(rated ? [amount(rate), ratio(entries, entry, baseline, 'rate')] : []),
      ...(cpu ? [number(each)] : []),
      ...(timed ? [number(latency?.p50), number(latency?.p99), number(latency?.p999)] : []),
      ...(timed ? [ratio(entries, entry, baseline, 'p50')] : []),
      ...measures.map(({ name }) => number(measured?.[name])),
    ]
  })
  return { head, body: body.map(row => [...row, ...Array<string>(head.length - row.length).fill('')]) }
}

/** A row for each goal; undefined where there are none. */
export function goalRows(result: ComparisonResult): Rows | undefined {
  const body = goalsOf(result)
  return body.length === 0 ? undefined : { head: GOAL, body }
}

/** The goals of all works in one table. */
export function allGoalRows(results: readonly ComparisonResult[]): Rows {
  return {
    head: ['work', ...GOAL],
    body: results.flatMap(result => goalsOf(result).map(row => [result.comparison.name, ...row])),
  }
}

const GOAL = ['goal', 'measured', 'at least', 'stretch', 'met']

function goalsOf(result: ComparisonResult): string[][] {
  const { measures = [] } = result.comparison
  return verdicts(result).map(verdict => [
    goalInWords(verdict, measures),
    number(verdict.value),
    bound(verdict, verdict.goal.atLeast),
    bound(verdict, verdict.goal.stretch),
    metInWords[verdict.met],
  ])
}

/** Three digits that count: 1,234,567 is `1.23 M`. */
export function amount(value: number): string {
  if (value >= 1e6) return `${number(value / 1e6)} M`
  return value >= 1e4 ? `${number(value / 1e3)} k` : number(value)
}

const metInWords = { stretch: 'yes, the stretch too', yes: 'yes', no: 'no', unknown: '–' } as const

const figureNames: Readonly<Record<string, string>> = { rate: 'rate', cpu: 'CPU', p50: 'p50' }

function goalInWords({ goal }: Verdict, measures: readonly Measure[]): string {
  const measure = measures.find(({ name }) => name === goal.figure)
  const what = `${goal.entrant}: ${measure?.title ?? figureNames[goal.figure] ?? goal.figure}`
  return goal.to === undefined ? what : `${what} to ${goal.to}`
}

function bound({ goal }: Verdict, value: number | undefined): string {
  return value === undefined ? '' : `${goal.best === 'high' ? '≥' : '≤'} ${Number(value.toFixed(2))}`
}

function ratio(
  entries: readonly Entry[],
  { entrant }: Entry & { readonly figures: Figures },
  to: string,
  figure: string,
): string {
  const own = figureOf(entries, entrant, figure)
  const other = figureOf(entries, to, figure)
  return own === undefined || other === undefined ? '–' : number(own / other)
}

function number(value: number | undefined): string {
  if (value === undefined) return '–'
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value.toFixed(value >= 0.1 ? 2 : 3)
}
