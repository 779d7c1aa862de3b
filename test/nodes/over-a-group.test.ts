import { filter, firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import { Desk } from '../peers/desk.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'

const preferred = { transports: { prefer: ['broadcast-ring'] } }

it('[broadcast-ring: both-ways] nodes of two processes that both prefer broadcast rings tell and ask over them, and one notices when the other is killed', async () => {
  // A group does not tell who is gone: silence does, and then the directory that the process is dead.
  const { config, start } = nodes({ ...preferred, link: { heartbeat: 500 } })
  const till = await start('till')
  const shop = await NodePeer.start('shop', config)
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  expect(desk.tell.noted({ by: 'till', number: 1 })).toBe(true)
  await desk.send.noted({ by: 'till', number: 2 })
  expect(await desk.ask.echo('text')).toBe('text')
  expect(await desk.ask.seen('till')).toEqual([1, 2])
  expect(till.links().map(link => [link.node, link.transport])).toEqual([['shop', 'broadcast-ring']])

  const down = firstValueFrom(till.peers$.pipe(filter(({ type }) => type === 'down')))
  const open = desk.ask.never(undefined, { timeout: 120_000 })
  const outcome = expect(open).rejects.toMatchObject({ code: 'PEER_LOST' })
  await shop.kill()
  expect((await down).node).toBe('shop')
  await outcome
})

it('[broadcast-ring: listen-connect] nodes of which only one prefers broadcast rings meet by another way', async () => {
  const { config, start } = nodes()
  const till = await start('till', { config: preferred })
  await NodePeer.start('shop', config)
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  expect(await desk.ask.echo('text')).toBe('text')
  const [link] = till.links()
  expect(link?.transport).not.toBe('broadcast-ring')
})
