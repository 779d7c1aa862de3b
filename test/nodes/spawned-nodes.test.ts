import { resolve } from 'node:path'
import { filter, firstValueFrom } from 'rxjs'
import { expect, it, onTestFinished } from 'vitest'
import { type Node, spawnNode } from '../../src/index.js'
import { Worked } from '../peers/worker-contracts.js'
import { nodes } from '../support/nodes.js'

const program = resolve(import.meta.dirname, '../../.cache/build/test/peers/spawned-node.js')

/** A node, and how it starts others in processes. */
async function office() {
  const system = nodes()
  const parent = await system.start('office')
  const spawn = async (name: string) => {
    const args = [name, JSON.stringify(system.config)]
    const node = await spawnNode(program, { parent, args, execArgv: [] })
    onTestFinished(async () => {
      node.process.kill('SIGKILL')
      await node.exited
    })
    return node
  }
  return { parent, spawn }
}

const worked = (node: Node, name: string) => node.ref(Worked, `signalbox://${name}/worked`)

it('spawned nodes are linked with their parent over anonymous pipes, and with each other, past their parent [anonymous-pipe: listen-connect]', async () => {
  const { parent, spawn } = await office()
  const [, right] = await Promise.all([spawn('left'), spawn('right')])
  expect(parent.links().map(({ transport }) => transport)).toEqual(['anonymous-pipe', 'anonymous-pipe'])
  expect(await worked(parent, 'left').ask.double(21)).toBe(42)
  expect(await worked(parent, 'left').ask.forward({ to: 'right', number: 4 })).toBe(8)
  expect(await worked(parent, 'left').ask.way(null)).toBe('anonymous-pipe,anonymous-pipe')
  const down = firstValueFrom(parent.peers$.pipe(filter(event => event.type === 'down')))
  await expect(worked(parent, 'left').ask.crash(null)).rejects.toMatchObject({ code: 'PEER_LOST' })
  expect((await down).node).toBe('left')
  expect(await right.close()).toBe(0)
  expect(await right.close()).toBe(0)
})
