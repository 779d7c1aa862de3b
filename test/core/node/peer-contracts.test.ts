import { expect, it } from 'vitest'
import { msgpack } from '../../../src/codecs/msgpack.js'
import { ContractTable } from '../../../src/core/node/contract-table.js'
import { PeerContracts } from '../../../src/core/node/peer-contracts.js'

it('[I12] a peer numbers its contracts as it likes, and declares no more of them than are kept', () => {
  const contracts = new PeerContracts('shop', 'till', new ContractTable(), msgpack())
  const declare = (id: number) =>
    contracts.declare({ id, key: 'message a 1', digest: undefined, structures: { input: [], output: [] } })
  const far = declare(2 ** 40)
  for (let id = 1; id < 10_000; id++) declare(id * 7)
  expect(contracts.get(2 ** 40)).toBe(far)
  expect(declare(7)).toBe(contracts.get(7))
  expect(() => declare(8)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
  expect(() => contracts.get(8)).toThrow(expect.objectContaining({ code: 'CONTRACT_UNHANDLED' }))
})
