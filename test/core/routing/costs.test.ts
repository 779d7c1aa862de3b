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
    costs.observe('tcp', network, { latency: 900 })
    expect(costs.of('tcp', network).basis).toBe('observed')
    expect(costs.of('tcp', pipe).basis).toBe('measured')
    expect(costs.observed()).toEqual(new Map())
  })

  it('follows what links see, and not at once', () => {
    const costs = new Costs()
    costs.adopt(new Map([['named-pipe', figures]]))
    costs.observe('named-pipe', pipe, { latency: 16 })
    expect(costs.of('named-pipe', pipe)).toEqual({ ...figures, latency: 9, basis: 'observed' })
    for (let time = 0; time < 100; time++) costs.observe('named-pipe', pipe, { bytesPerSecond: 1e9 })
    expect(costs.of('named-pipe', pipe).bytesPerSecond).toBeCloseTo(1e9, -6)
    expect([...costs.observed().keys()]).toEqual(['named-pipe'])
  })

  it('is not changed by what is no figure', () => {
    const costs = new Costs()
    costs.adopt(new Map([['named-pipe', figures]]))
    for (const nothing of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      costs.observe('named-pipe', pipe, { latency: nothing, perMessage: nothing, bytesPerSecond: nothing })
    expect(costs.of('named-pipe', pipe)).toMatchObject(figures)
  })

  it('by links of this life counts more than a calibration that is read late', () => {
    const costs = new Costs()
    costs.observe('named-pipe', pipe, { latency: 1000 })
    const seen = costs.of('named-pipe', pipe)
    costs.adopt(new Map([['named-pipe', figures]]))
    expect(costs.of('named-pipe', pipe)).toEqual(seen)
  })
})
