import { filter, firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FollowedState } from '../../../src/core/bus/followed-state.js'
import { isNewer, readVersion, type Version, writeVersion } from '../../../src/core/bus/state-version.js'
import { type Node, state } from '../../../src/index.js'
import { loneNode, nodes } from '../../support/nodes.js'
import { until } from '../../support/until.js'

const Stock = state('stock', { key: z.string(), value: z.number() })
const key = Stock.of('sku-1')

/** Resolves when a follower has seen `value`, with all that it saw. */
function follow(node: Node, value: number): Promise<number[]> {
  const seen: number[] = []
  return new Promise(resolve => {
    const subscription = node.hot(key).subscribe(next => {
      seen.push(next)
      if (next !== value) return
      setImmediate(() => subscription.unsubscribe())
      resolve(seen)
    })
  })
}

describe('a state within one node', () => {
  it('gives each follower the present value and then every change', async () => {
    const node = await loneNode()
    node.provide(key, 1)
    const early: number[] = []
    node.hot(key).subscribe(value => early.push(value))
    node.provide(key, 2)
    const late: number[] = []
    node.hot(key).subscribe(value => late.push(value))
    node.provide(key, 3)
    expect({ early, late }).toEqual({ early: [1, 2, 3], late: [2, 3] })
  })

  it('is told apart by its key', async () => {
    const node = await loneNode()
    const seen: number[] = []
    node.hot(Stock.of('1')).subscribe(value => seen.push(value))
    node.provide(Stock.of('2'), 2)
    node.provide(Stock.of('1'), 1)
    expect(seen).toEqual([1])
  })

  it('never goes back for anybody, also when a follower sets it', async () => {
    const node = await loneNode()
    const seen: number[][] = [[], []]
    node.hot(key).subscribe(value => {
      seen[0]?.push(value)
      if (value < 5) node.provide(key, value + 1)
    })
    node.hot(key).subscribe(value => seen[1]?.push(value))
    node.provide(key, 1)
    expect(seen).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ])
  })

  it('ends with its node', async () => {
    const node = await loneNode()
    let ended = false
    node.hot(key).subscribe({ complete: () => (ended = true) })
    await node.close()
    expect(ended).toBe(true)
  })
})

describe.each(['memory', 'named-pipe', 'tcp'])('a state between nodes over %s', transport => {
  const system = () => nodes({ transports: { prefer: [transport] } })

  it('reaches a follower that was there first', async () => {
    const { start } = system()
    const till = await start('till')
    const seen = follow(till, 7)
    const shop = await start('shop')
    shop.provide(key, 7)
    expect(await seen).toEqual([7])
  })

  it('conflates under a flood: the order holds, and the last value always arrives', async () => {
    const { start } = system()
    const shop = await start('shop')
    const till = await start('till')
    shop.provide(key, 0)
    const seen = follow(till, 20_000)
    await firstValueFrom(till.hot(key))
    for (let value = 1; value <= 20_000; value++) {
      shop.provide(key, value)
      if (value % 1000 === 0) await new Promise(setImmediate)
    }
    const values = await seen
    expect(values).toEqual([...values].sort((a, b) => a - b))
    expect(new Set(values).size).toBe(values.length)
    expect(values.at(-1)).toBe(20_000)
  })

  it('of two owners follows the one that began later', async () => {
    const { start } = system()
    const [earlier, later, till] = [await start('earlier'), await start('later'), await start('till')]
    earlier.provide(key, 1)
    const now = Date.now()
    await until(() => Date.now() !== now) // two owners of one millisecond are told apart by chance
    const seen = follow(till, 4)
    later.provide(key, 2)
    await firstValueFrom(till.hot(key).pipe(filter(value => value === 2)))
    earlier.provide(key, 3)
    later.provide(key, 4)
    expect((await seen).slice(-2)).toEqual([2, 4])
  })

  it('of an owner that was restarted goes on with the new values', async () => {
    const { start } = system()
    const till = await start('till')
    const shop = await start('shop')
    const seen = follow(till, 1)
    shop.provide(key, 5)
    await firstValueFrom(till.hot(key))
    await shop.close()
    const again = await start('shop')
    again.provide(key, 1)
    expect(await seen).toEqual([5, 1])
  })
})

describe('a version', () => {
  const first: Version = { epoch: 1, owner: 'a', count: 1 }

  it.each<[string, Version]>([
    ['a later value of the owner', { ...first, count: 2 }],
    ['a later owner', { epoch: 2, owner: '0', count: 0 }],
    ['one of two owners that began at once', { epoch: 1, owner: 'b', count: 0 }],
  ])('of %s is newer', (_what, later) => {
    expect([isNewer(later, first), isNewer(first, later), isNewer(first, first)]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('is read as it was written', () => {
    const version = { epoch: 1_800_000_000_000, owner: 'f'.repeat(32), count: 70_000 }
    expect(readVersion(writeVersion('"ä"', version))).toEqual({ key: '"ä"', version })
  })

  it('of an owner whose clock was set back is believed once the earlier owner is gone', () => {
    const followed = new FollowedState(() => {})
    const seen: unknown[] = []
    followed.values$.subscribe(value => seen.push(value))
    followed.arrived({ value: 1, version: { epoch: 9, owner: 'a', count: 1 } })
    followed.arrived({ value: 2, version: { epoch: 5, owner: 'b', count: 1 } })
    followed.ownerLost('a')
    followed.arrived({ value: 0, version: { epoch: 9, owner: 'a', count: 1 } })
    followed.arrived({ value: 3, version: { epoch: 5, owner: 'b', count: 2 } })
    followed.arrived({ value: 4, version: { epoch: 5, owner: 'b', count: 3 } })
    expect(seen).toEqual([1, 3, 4])
  })
})
