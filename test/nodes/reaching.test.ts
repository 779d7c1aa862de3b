import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Presence } from '../../src/core/node/presence.js'
import type { AnyTransport, ConfigInput } from '../../src/index.js'
import { Desk } from '../peers/desk.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

/** The configuration of a node for which `shop` is a server that takes connections and never says a word. */
async function silentShop(): Promise<ConfigInput> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => sockets.add(socket.on('error', () => {})))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { nodes: { shop: `tcp://127.0.0.1:${port}` } }
}

const note = (number: number) => ({ by: 'till', number })

describe('while a node is being reached', () => {
  it('a question times out and is taken back as if it were there', async () => {
    const till = await nodes(await silentShop()).start('till')
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    await expect(desk.ask.echo('text', { timeout: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('shop was not reached within 20 ms'),
    })
    const abort = new AbortController()
    const waiting = [
      desk.ask.echo('text', { signal: abort.signal }),
      desk.send.noted(note(1), { signal: abort.signal }),
    ]
    const outcomes = Promise.allSettled(waiting)
    abort.abort('enough')
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED', cause: 'enough' } })
  })

  it('so much waits and no more; what waits when this node closes goes to the dead letters', async () => {
    const till = await nodes(await silentShop()).start('till')
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    const codes: string[] = []
    till.deadLetters$.subscribe(({ outcome, reason }) => codes.push(`${outcome} ${reason.code}`))
    let told = 0
    while (desk.tell.noted(note(told))) told++
    await expect(desk.send.noted(note(told))).rejects.toMatchObject({ code: 'OVERFLOW' })
    await expect(desk.ask.echo('text')).rejects.toMatchObject({ code: 'OVERFLOW' })
    await till.close()
    expect(codes).toEqual(Array(told).fill('rejected CLOSED'))
    await expect(desk.send.noted(note(1))).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('a value that cannot be written fails alone', async () => {
    const { start } = nodes()
    const [shop, till] = [await start('shop'), await start('till')]
    await shop.spawn(Desk, () => ({ noted() {}, seen: () => [], echo: text => text, never: () => '' }))
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    const unwritable = (() => {}) as unknown as string
    const failed = [desk.ask.echo(unwritable), desk.send.noted(unwritable as never)]
    const echoed = desk.ask.echo('text')
    for (const outcome of await Promise.allSettled(failed))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'VALUE_NOT_ENCODABLE' } })
    expect(await echoed).toBe('text')
  })

  it('what was told arrives as it was then', async () => {
    const { start } = nodes()
    const [shop, till] = [await start('shop'), await start('till')]
    const seen: number[] = []
    await shop.spawn(Desk, () => ({
      noted: ({ number }) => void seen.push(number),
      seen: () => seen,
      echo: text => text,
      never: () => '',
    }))
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    const reused = note(0)
    for (reused.number = 1; reused.number <= 3; reused.number++) desk.tell.noted(reused)
    await until(() => seen.length >= 3)
    expect(seen).toEqual([1, 2, 3])
  })
})

describe('a node that cannot be reached', () => {
  it('is told from one that does not want us', async () => {
    const { start } = nodes()
    const secret = (letter: string) => ({ config: { secret: letter.repeat(16) } })
    await start('shop', secret('a'))
    const till = await start('till', secret('b'))
    await expect(till.ref(Desk, 'signalbox://shop/desk').ask.echo('text')).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('shop cannot be reached'),
    })
    const away = await start('away', { config: { nodes: { shop: 'tcp://127.0.0.1:1' } } })
    await expect(away.ref(Desk, 'signalbox://shop/desk').ask.echo('text')).rejects.toMatchObject({
      code: 'NO_LISTENER',
      message: expect.stringContaining('tcp://127.0.0.1:1'),
    })
  })

  it('because its transport cannot be used here says why', async () => {
    const walkieTalkie = {
      shape: 'connection',
      name: 'walkie-talkie',
      summary: 'Two radios.',
      availability: async () => ({ usable: false, reason: 'the batteries are empty' }),
      nodeAddress: () => ({ scheme: 'walkie-talkie' }),
    } as unknown as AnyTransport
    const { start } = nodes({ transports: { prefer: ['walkie-talkie'] } })
    await expect(start('shop', { transports: [walkieTalkie] })).rejects.toMatchObject({
      code: 'TRANSPORT_UNAVAILABLE',
      message: expect.stringContaining('the batteries are empty'),
    })
  })
})

it('[I1] each life of a node comes once and goes once, the earlier before the later', () => {
  const presence = new Presence()
  const events: string[] = []
  presence.events$.subscribe(({ type, incarnation }) => events.push(`${type} ${incarnation}`))
  presence.up('shop', 'a', { by: 'peer' })
  presence.up('shop', 'a', { by: 'peer' }) // a second session
  presence.up('shop', 'b', { by: 'peer' }) // its later life was heard of first
  presence.down('shop', 'a', { by: 'peer' })
  presence.down('shop', 'b', { by: 'peer' })
  presence.down('shop', 'b', { by: 'peer' })
  expect(events).toEqual(['up a', 'down a', 'up b', 'down b'])
})

it('who asks later who is there hears of those first', () => {
  const presence = new Presence()
  presence.up('shop', 'a', { by: 'peer' })
  presence.up('till', 'a', { by: 'peer' })
  presence.down('shop', 'a', { by: 'peer' })
  const events: string[] = []
  presence.events$.subscribe(({ type, node }) => events.push(`${type} ${node}`))
  presence.down('till', 'a', { by: 'peer' })
  expect(events).toEqual(['up till', 'down till'])
})
