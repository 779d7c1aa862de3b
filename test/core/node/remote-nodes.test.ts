import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { systemClock } from '../../../src/composition/system-context.js'
import { RemoteNode } from '../../../src/core/node/remote-node.js'
import { RemoteNodes } from '../../../src/core/node/remote-nodes.js'
import { until } from '../../support/until.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

it('names to which nobody refers and with which there is no session are forgotten', async () => {
  const nodes = new RemoteNodes(
    name => new RemoteNode(name, { clock: systemClock, patience: 1, maxMessage: 1, dial: async () => {} }),
  )
  const kept = nodes.get('kept')
  nodes.came(nodes.get('present'))
  for (let visitor = 0; visitor < 1000; visitor++) nodes.get(`visitor-${visitor}`)
  expect(nodes.size).toBe(1002)
  await until(() => {
    collect()
    return nodes.size === 2
  })
  expect(nodes.get('kept')).toBe(kept)
  expect([...nodes.present()].map(({ name }) => name)).toEqual(['present'])
})
