import { once } from 'node:events'
import { filter, firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import type { Node } from '../../src/index.js'
import { Worked } from '../peers/worker-contracts.js'
import { family, familyElsewhere } from '../support/family.js'

const worked = (node: Node, name: string) => node.ref(Worked, `signalbox://${name}/worked`)

it('spawned nodes are linked with their parent over anonymous pipes, and with each other, past their parent; one that is killed is lost at once [anonymous-pipe: listen-connect]', async () => {
  const { parent, spawn } = await family()
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

it('a spawned node closes, and its process ends, when the one that started it is killed [anonymous-pipe: peer-death]', async () => {
  const office = await familyElsewhere()
  office.kill('SIGKILL')
  await once(office, 'close')
})
