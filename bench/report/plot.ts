import { BarChart } from 'echarts/charts'
import { GridComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { type ComparisonResult, type Entry, figureOf } from '../comparison.js'
import type { Run } from './run.js'

use([BarChart, GridComponent, TitleComponent, SVGRenderer])

/** px. */
const WIDTH = 960
const COLUMNS = 2
const BAR = 22
const HEAD = 64
const NAMES = 170

/** A run as an SVG drawing: for each work the rates of all who did it, as a ratio to the one that all are compared with. */
export function asPlot({ results }: Run): string {
  const rated = results.filter(({ comparison }) => comparison.rated ?? true)
  const panels = rated.map(panelOf).filter(({ bars }) => bars.length > 0)
  const rows: Panel[][] = []
  for (let first = 0; first < panels.length; first += COLUMNS) rows.push(panels.slice(first, first + COLUMNS))
  const heights = rows.map(row => HEAD + BAR * Math.max(...row.map(({ bars }) => bars.length)))
  const placed = rows.flatMap((row, at) => {
    const top = heights.slice(0, at).reduce((sum, height) => sum + height, 0)
    return row.map((panel, column) => ({ ...panel, top, left: (column * WIDTH) / COLUMNS }))
  })
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: WIDTH,
    height: heights.reduce((sum, height) => sum + height, 20),
  })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: placed.map(({ title, top, left }) => ({
      text: title,
      top: top + 10,
      left: left + 12,
      textStyle: { fontSize: 12, width: WIDTH / COLUMNS - 24, overflow: 'break' },
    })),
    grid: placed.map(({ bars, top, left }) => ({
      top: top + HEAD - 12,
      left: left + NAMES,
      width: WIDTH / COLUMNS - NAMES - 60,
      height: BAR * bars.length,
    })),
    xAxis: placed.map((_, gridIndex) => ({ gridIndex, type: 'value', show: false })),
    yAxis: placed.map(({ bars }, gridIndex) => ({
      gridIndex,
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { show: false },
    })),
    series: placed.map(({ bars }, index) => ({
      type: 'bar',
      xAxisIndex: index,
      yAxisIndex: index,
      label: {
        show: true,
        position: 'right',
        formatter: ({ value }: { value: number }) => `${value.toFixed(2)} ×`,
      },
      data: bars.map(({ ratio, ours }) => ({
        value: ratio,
        itemStyle: { color: ours ? '#2a6f97' : '#adb5bd' },
      })),
    })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}

interface Panel {
  readonly title: string
  readonly bars: readonly { readonly name: string; readonly ratio: number; readonly ours: boolean }[]
}

function panelOf({ comparison, entries }: ComparisonResult): Panel {
  const base = figureOf(entries, comparison.baseline, 'rate') ?? Number.NaN
  const bars = entries.flatMap(entry => {
    const rate = rateOf(entry)
    if (rate === undefined || Number.isNaN(base)) return []
    return [{ name: entry.entrant, ratio: rate / base, ours: !comparison.rivals.includes(entry.entrant) }]
  })
  return {
    title: `${comparison.title}: ${comparison.units ?? `${comparison.unit}s`}/s to ${comparison.baseline}`,
    bars,
  }
}

function rateOf(entry: Entry): number | undefined {
  return 'missing' in entry ? undefined : entry.figures.rate
}
