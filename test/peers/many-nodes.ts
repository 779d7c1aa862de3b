// Many nodes in a process of their own: `many-nodes.js <prefix> <count> <configuration as JSON>`. Node i is called
// <prefix>-<i>, and has a desk. Told over IPC:
//   { to, notes }  each node tells so many notes to the desk of the node of its number with that prefix, at once
//   'report'       answers with what each desk got, how many links each node has or had, and what was lost
import { type ConfigInput, startNode } from 'signalbox'
import { Desk } from './desk.js'

export type ManyOrder = { readonly to: string; readonly notes: number } | 'report'

/** What one of the nodes says of itself. */
export interface ManyReport {
  readonly seen: readonly number[]
  readonly links: number
  readonly lost: number
}

const [prefix = 'many', count = '1', config = '{}'] = process.argv.slice(2)

const many = await Promise.all(
  Array.from({ length: Number(count) }, async (_, place) => {
    const node = await startNode({ name: `${prefix}-${place}`, config: JSON.parse(config) as ConfigInput })
    const seen: number[] = []
    let lost = 0
    node.deadLetters$.subscribe(() => lost++)
    await node.spawn(Desk, () => ({
      noted: ({ number }) => void seen.push(number),
      seen: () => seen,
      echo: text => text,
      never: () => '',
    }))
    return { node, place, report: (): ManyReport => ({ seen, links: node.links().length, lost }) }
  }),
)

process.on('message', (order: ManyOrder) => {
  if (order === 'report') {
    process.send?.(many.map(({ report }) => report()))
    return
  }
  for (const { node, place } of many) {
    const { tell } = node.ref(Desk, `signalbox://${order.to}-${place}/desk`)
    for (let number = 1; number <= order.notes; number++) tell.noted({ by: prefix, number })
  }
})
process.send?.('ready')
