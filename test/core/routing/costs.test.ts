import { describe, expect, it } from 'vitest'
import { Costs } from '../../../src/core/routing/index.js'
import { candidate } from './candidates.js'

const pipe = candidate('named-pipe').capabilities
const network = { ...pipe, reach: 'network' as const }
const figures = { latency: 8, perMessage: 1, bytesPerSecond: 8e9 }

describe('what is known of costs', () => {
  it('is what is typical of such capabilities, until something was measured', () => {
    const costs = new Costs()
    expect(costs.of('named-pipe', pipe).basis).toBe('typical')
    expect(costs.of('anything', pipe)).toEqual(costs.of('named-pipe', pipe))
    costs.adopt(new Map([['named-pipe', figures]]))
    expect(costs.of('named-pipe', pipe)).toEqual({ ...figures, basis: 'measured' })
    expect(costs.of('anything', pipe).basis).toBe('typical')
  })

  it('of this machine tells nothing of the network', () => {
    const costs = new Costs()
    costs.adopt(new Map([['tcp', figures]]))
    expect(costs.of('tcp', network).basis).toBe('typical')
    expect(costs.of('tcp', pipe).basis).toBe('measured')
  })

  it('says when it became something else', () => {
    const costs = new Costs()
    const before = costs.changes
    costs.adopt(new Map([['tcp', figures]]))
    expect(costs.changes).not.toBe(before)
  })

  it('becomes better by what links see, and never worse than it was measured', () => {
    const costs = new Costs()
    costs.adopt(new Map([['named-pipe', figures]]))
    const before = costs.changes
    costs.observe('named-pipe', { at: 0, roundTrip: 1, bytesPerSecond: 1e6 }) // a busy peer
    expect(costs.of('named-pipe', pipe)).toEqual({ ...figures, basis: 'measured' })
    costs.observe('named-pipe', { at: 1, roundTrip: 0.008, bytesPerSecond: 9e9 })
    expect(costs.of('named-pipe', pipe)).toMatchObject({ latency: 4, bytesPerSecond: 9e9 })
    expect(costs.changes).toBeGreaterThan(before)
    costs.observe('named-pipe', { at: 2, roundTrip: 1, bytesPerSecond: 1e6 })
    expect(costs.of('named-pipe', pipe)).toMatchObject({ latency: 4, bytesPerSecond: 9e9 })
    costs.observe('named-pipe', { at: 200_000, roundTrip: 1, bytesPerSecond: 1e6 })
    expect(costs.of('named-pipe', pipe)).toMatchObject({ latency: 8, bytesPerSecond: 8e9 })
  })

  it('of the network is not what links see on this machine', () => {
    const costs = new Costs()
    costs.observe('tcp', { at: 0, roundTrip: 0.001, bytesPerSecond: 1e12 })
    expect(costs.of('tcp', network)).toEqual(new Costs().of('tcp', network))
  })
})
