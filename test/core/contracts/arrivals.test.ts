import { expect, it } from 'vitest'
import { Arrivals, type Connection } from '../../../src/core/contracts/index.js'
import { connectionPair } from '../../../src/testing/index.js'

it('what arrives goes to who is subscribed', () => {
  const arrivals = new Arrivals()
  const got: Connection[] = []
  arrivals.connections$.subscribe(connection => got.push(connection))
  const [, arrived] = connectionPair()
  arrivals.add(arrived)
  expect(got).toEqual([arrived])
})

it('what arrives before anybody is subscribed, or after the last one has left, is closed', async () => {
  const arrivals = new Arrivals()
  const subscribeAndLeave = () => arrivals.connections$.subscribe().unsubscribe()
  for (const meanwhile of [() => {}, subscribeAndLeave]) {
    meanwhile()
    const [dialled, arrived] = connectionPair()
    arrivals.add(arrived)
    expect(await arrived.closed).toEqual({ by: 'us' })
    expect(await dialled.closed).toMatchObject({ by: 'peer' })
  }
})

it('what arrives after the end is closed, whoever was subscribed until then', async () => {
  const arrivals = new Arrivals()
  const got: Connection[] = []
  let ended = false
  arrivals.connections$.subscribe({
    next: connection => got.push(connection),
    complete: () => (ended = true),
  })
  arrivals.complete()
  expect(ended).toBe(true)
  const [, arrived] = connectionPair()
  arrivals.add(arrived)
  expect(await arrived.closed).toEqual({ by: 'us' })
  expect(got).toEqual([])
})
