import { describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { type Node, type PeerEvent, state } from '../../src/index.js'
import { openHandles } from '../../src/testing/conformance/open-handles.js'
import { Desk } from '../peers/desk.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

const Level = state('level', { key: z.string(), value: z.number() })

/** Starting a node takes some files, and files take their time under Wine. */
const ROUNDS = inject('project') === 'wine' ? 40 : 200
/** Handles that come and go by themselves. */
const NOISE = 12

async function answeringNode(start: (name: string) => Promise<Node>): Promise<Node> {
  const shop = await start('shop')
  await shop.spawn(Desk, () => ({ noted() {}, seen: () => [], echo: text => text, never: () => '' }))
  return shop
}

describe.each(['named-pipe', 'tcp'])('over %s', transport => {
  it('a node that others visit again and again keeps nothing of them', async () => {
    const { start } = nodes({ transports: { prefer: [transport], listen: [transport] } })
    const shop = await answeringNode(start)
    const events: PeerEvent[] = []
    shop.peers$.subscribe(event => events.push(event))
    const visit = async (round: number) => {
      const till = await start('till')
      const unsubscribe = till.hot(Level.of('a')).subscribe()
      expect(await till.ref(Desk, 'signalbox://shop/desk').ask.echo(`${round}`)).toBe(`${round}`)
      unsubscribe.unsubscribe()
      await till.close()
    }
    for (let round = 0; round < 5; round++) await visit(round)
    const before = openHandles().system
    for (let round = 0; round < ROUNDS; round++) await visit(round)
    await until(() => events.length >= 2 * (ROUNDS + 5))
    expect(openHandles().system).toBeLessThanOrEqual(before + NOISE)
    expect(new Set(events.map(({ incarnation }) => incarnation)).size).toBe(ROUNDS + 5)
    expect(shop.links()).toHaveLength(1) // of all that ended, the sum
    expect(shop.links()[0]?.received.messages).toBeGreaterThanOrEqual(ROUNDS)
  })
})
