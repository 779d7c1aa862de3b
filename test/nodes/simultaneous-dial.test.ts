import { once } from 'node:events'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { ConfigInput, Node } from '../../src/index.js'
import { Desk } from '../peers/desk.js'
import type { ManyOrder, ManyReport } from '../peers/many-nodes.js'
import { nodes } from '../support/nodes.js'
import { forkPeer } from '../support/peer.js'
import { until } from '../support/until.js'

const turn = () => new Promise(setImmediate)
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** A desk that keeps the numbers of the notes it got. */
async function desk(node: Node): Promise<number[]> {
  const seen: number[] = []
  await node.spawn(Desk, () => ({
    noted: ({ number }) => void seen.push(number),
    seen: () => seen,
    echo: text => text,
    never: () => '',
  }))
  return seen
}

describe.each(['memory', 'named-pipe', 'tcp'])(
  'two nodes that dial each other at once over %s',
  transport => {
    it('[I3] [I9] keep one session and the order of each reference, and lose and double nothing', async () => {
      const { start } = nodes({ transports: { prefer: [transport] } })
      const [shop, till] = await Promise.all([start('shop'), start('till')])
      const [seenByShop, seenByTill] = [await desk(shop), await desk(till)]
      const [toShop, toTill] = [
        till.ref(Desk, 'signalbox://shop/desk'),
        shop.ref(Desk, 'signalbox://till/desk'),
      ]
      const lost: unknown[] = []
      for (const node of [shop, till]) node.deadLetters$.subscribe(letter => lost.push(letter))
      let number = 0
      // From before there is a link until long after both dials are over.
      for (let batch = 0; batch < 60; batch++) {
        for (let told = 0; told < 20; told++) {
          number++
          const note = { by: 'both', number }
          for (const { tell } of [toShop, toTill]) {
            if (!tell.noted(note)) await until(() => tell.noted(note)) // there was no room for it
          }
        }
        await turn()
      }
      await until(() => seenByShop.length >= number && seenByTill.length >= number)
      expect(lost).toEqual([])
      expect(seenByShop).toEqual(numbers(number))
      expect(seenByTill).toEqual(numbers(number))
      expect([shop.links().length, till.links().length]).toEqual([1, 1])
    })
  },
)

describe.each(['named-pipe', 'tcp'])('pairs of nodes in two processes over %s', transport => {
  it('[I9] that all dial each other at once have one session each, and lose nothing', async () => {
    const { config } = nodes({ transports: { listen: [transport] } })
    const [left, right] = await Promise.all(['left', 'right'].map(prefix => manyNodes(prefix, config)))
    if (left === undefined || right === undefined) throw new Error('there are two')
    left.tell({ to: 'right', notes: NOTES })
    right.tell({ to: 'left', notes: NOTES })
    for (const process of [left, right]) {
      let reports: readonly ManyReport[] = []
      await until(async () => {
        reports = await process.report()
        return reports.every(({ seen, lost }) => seen.length + lost >= NOTES)
      })
      const expected: ManyReport = { seen: numbers(NOTES), links: 1, lost: 0 }
      expect(reports).toEqual(Array(PAIRS).fill(expected))
    }
  })
})

/** Starting a node takes some files, and files take their time under Wine. */
const PAIRS = inject('project') === 'wine' ? 10 : 50
const NOTES = 20

/** A process with as many nodes as there are pairs: `test/peers/many-nodes.ts`. */
async function manyNodes(prefix: string, config: ConfigInput) {
  const process = forkPeer('many-nodes', [prefix, `${PAIRS}`, JSON.stringify(config)])
  onTestFinished(() => void process.kill('SIGKILL'))
  await once(process, 'message')
  return {
    tell: (order: ManyOrder) => process.send(order),
    async report(): Promise<readonly ManyReport[]> {
      const answer = once(process, 'message')
      process.send('report')
      return (await answer)[0]
    },
  }
}
