import { pathToFileURL } from 'node:url'
import { filter, firstValueFrom } from 'rxjs'
import { expect, it, onTestFinished } from 'vitest'
import { type Node, spawnWorkerNode } from '../../src/index.js'
import { Worked } from '../peers/worker-contracts.js'
import { built } from '../support/built.js'
import { nodes } from '../support/nodes.js'

const program = pathToFileURL(built('test/peers/worker-node'))

/** A node, and how it starts others in threads. */
async function office() {
  const system = nodes()
  const parent = await system.start('office')
  const spawn = async (name: string) => {
    const node = await spawnWorkerNode(program, { parent, workerData: { name, config: system.config } })
    onTestFinished(async () => {
      await node.close()
    })
    return node
  }
  return { parent, spawn }
}

const worked = (node: Node, name: string) => node.ref(Worked, `signalbox://${name}/worked`)

it('a node in a thread is linked with its parent over worker, and its actors answer [worker: listen-connect]', async () => {
  const { parent, spawn } = await office()
  const clerk = await spawn('clerk')
  expect(clerk.name).toBe('clerk')
  expect(parent.links().map(({ node, transport }) => ({ node, transport }))).toEqual([
    { node: 'clerk', transport: 'worker' },
  ])
  expect(await worked(parent, 'clerk').ask.double(21)).toBe(42)
  expect(await worked(parent, 'clerk').ask.way(null)).toBe('worker')
})

it('siblings are introduced by the thread that started them', async () => {
  const { parent, spawn } = await office()
  await Promise.all([spawn('left'), spawn('right')])
  expect(await worked(parent, 'left').ask.forward({ to: 'right', number: 4 })).toBe(8)
  expect(await worked(parent, 'left').ask.way(null)).toBe('worker,worker')
  expect(parent.links()).toHaveLength(2)
})

it('a thread that crashes is lost at once: what it had accepted is unknown, not failed [worker: peer-death]', async () => {
  const { parent, spawn } = await office()
  const clerk = await spawn('clerk')
  const down = firstValueFrom(parent.peers$.pipe(filter(event => event.type === 'down')))
  await expect(worked(parent, 'clerk').ask.crash(null)).rejects.toMatchObject({ code: 'PEER_LOST' })
  expect((await down).node).toBe('clerk')
  expect(await clerk.exited).toBe(1)
})

it('a closed worker node says goodbye, and its thread ends by itself [worker: threads]', async () => {
  const { parent, spawn } = await office()
  const clerk = await spawn('clerk')
  const down = firstValueFrom(parent.peers$.pipe(filter(event => event.type === 'down')))
  expect(await clerk.close()).toBe(0)
  expect(await clerk.close()).toBe(0)
  expect((await down).node).toBe('clerk')
})

it('a thread that ends before it starts a node fails the spawning, with its exit code', async () => {
  const { spawn } = await office()
  await expect(spawn('nobody')).rejects.toMatchObject({
    code: 'PEER_LOST',
    message: expect.stringContaining('exit code 4'),
  })
})
