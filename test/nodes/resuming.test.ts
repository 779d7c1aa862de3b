import { join } from 'node:path'
import { filter, firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { Directory } from '../../src/core/node/directory.js'
import type { ConfigInput, Node, PeerEvent } from '../../src/index.js'
import { processTable } from '../../src/native/process-table.js'
import { Desk, Helm, Level, Ticked } from '../peers/desk.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { TcpProxy } from '../support/tcp-proxy.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { until } from '../support/until.js'

const HOUR = 3_600_000
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const turn = () => new Promise(setImmediate)

/** The next time that a node goes. */
const gone = (node: Node) => firstValueFrom(node.peers$.pipe(filter(({ type }) => type === 'down')))

/** Where a node of another process listens. */
async function addressOf(name: string, config: ConfigInput): Promise<string> {
  const { runtimeFolder = '', namespace = '' } = config
  const log = { debug() {}, warn() {} }
  const directory = new Directory({ folder: runtimeFolder, namespace, processes: processTable, log })
  const entry = await directory.find(name)
  return entry?.addresses.find(address => address.startsWith('tcp:')) ?? ''
}

/** `shop` in a process of its own, and `till` here, which reaches it through a proxy. */
async function pair(link: ConfigInput['link'] = {}, shops: ConfigInput = {}) {
  const proxy = await TcpProxy.start()
  const { config, start } = nodes({ transports: { prefer: ['tcp'], listen: ['tcp'] }, link })
  const shopConfig = { ...config, ...shops }
  const shop = await NodePeer.start('shop', shopConfig)
  proxy.leadTo(await addressOf('shop', shopConfig))
  const till = await start('till', { config: { nodes: { shop: proxy.address } } })
  const events: PeerEvent[] = []
  const letters: unknown[] = []
  till.peers$.subscribe(event => events.push(event))
  till.deadLetters$.subscribe(letter => letters.push(letter))
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  const helm = till.ref(Helm, 'signalbox://shop/helm')
  return { proxy, shop, shopConfig, till, desk, helm, events, letters }
}

describe('a track that is cut', () => {
  it.each([
    ['cut', {}],
    ['stall', { heartbeat: 100 }],
  ] as const)(
    '[I8] under load (%s) loses, doubles and reorders nothing, and nobody notices',
    async (fault, link) => {
      const { proxy, desk, events, letters, till } = await pair({ ...link, resume: HOUR })
      await desk.ask.echo('there')
      let number = 0
      const answers: Promise<string>[] = []
      for (let cut = 0; cut < 5; cut++) {
        for (let batch = 0; batch < 20; batch++) {
          for (let told = 0; told < 10; told++) {
            number++
            while (!desk.tell.noted({ by: 'till', number })) await desk.room()
          }
          answers.push(desk.ask.echo(`${number}`, { timeout: HOUR }))
          if (batch === 10) proxy[fault]()
          await turn()
        }
        await desk.ask.echo('there again', { timeout: HOUR })
      }
      expect(await Promise.all(answers)).toHaveLength(100)
      expect(await desk.ask.seen('till')).toEqual(numbers(number))
      expect([letters, events.map(({ type }) => type)]).toEqual([[], ['up']])
      expect(proxy.made).toBeGreaterThan(5)
      expect(till.links()).toHaveLength(1)
    },
  )

  it('[I8] does not end a stream, whose news stay complete and in order, nor a followed value', async () => {
    const { proxy, till, helm, events } = await pair({ resume: HOUR })
    const levels: number[] = []
    till.hot(Level.of('a')).subscribe(level => levels.push(level))
    const stream = till.stream(Ticked, { buffer: 4 })
    await helm.ask.published()
    await helm.send.publish(200)
    const read: number[] = []
    for await (const tick of stream) {
      read.push(tick)
      if (tick % 50 === 10) proxy.cut()
      if (tick === 200) break
    }
    expect(read).toEqual(numbers(200))
    await helm.ask.provide(7, { timeout: HOUR })
    await until(() => levels.at(-1) === 7)
    expect(events.map(({ type }) => type)).toEqual(['up'])
  })

  it('[I8] is lost for good when the time to resume is over: what was on its way is unknown', async () => {
    const { proxy, till, desk, helm } = await pair({ resume: 200 })
    await desk.ask.echo('text')
    const down = gone(till)
    const outcome = Promise.allSettled([desk.ask.never()])
    await helm.ask.taken() // asked later, and answered: the question has arrived
    proxy.passable = false
    proxy.cut()
    expect(await outcome).toMatchObject([{ reason: { code: 'PEER_LOST' } }])
    expect(await down).toMatchObject({ reason: { error: { code: 'PEER_LOST' } } })
    proxy.passable = true
    await until(() =>
      helm.ask.taken().then(
        () => true,
        () => false,
      ),
    )
  })
})

describe('a peer that is certainly dead is not waited for', () => {
  it('[I8] by who dialled it, nor by whom it dialled', async () => {
    const { config, start } = nodes({ transports: { prefer: ['tcp'] }, link: { resume: HOUR } })
    const till = await start('till')
    const notes: number[] = []
    await till.spawn(Desk, () => ({
      noted: ({ number }) => void notes.push(number),
      seen: () => notes,
      echo: text => text,
      never: () => '',
    }))
    const [dialled, dialler] = await Promise.all([
      NodePeer.start('shop', config),
      NodePeer.start('bank', config),
    ])
    await till.ref(Desk, 'signalbox://shop/desk').ask.echo('text')
    dialler.tell('visit till')
    await until(() => notes.length > 0)
    for (const [name, peer] of [
      ['shop', dialled],
      ['bank', dialler],
    ] as const) {
      const down = gone(till)
      await peer.kill()
      expect(await down).toMatchObject({ node: name, reason: { error: { code: 'PEER_LOST' } } })
    }
  })

  it('[I1] [I8] nor when another life of it answers in its place, and no directory tells', async () => {
    const secret = 'known to both of them'
    const elsewhere = { runtimeFolder: join(temporaryFolder(), 'run'), secret }
    const { proxy, shop, shopConfig, till, desk } = await pair({ resume: HOUR }, elsewhere)
    // Who does not share the folder does not share the secret in it either.
    await expect(desk.ask.echo('text')).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
    await till.close()
    const { start } = nodes({ transports: { listen: ['tcp'] }, link: { resume: HOUR } })
    const config = { nodes: { shop: proxy.address }, namespace: shopConfig.namespace, secret }
    const away = await start('away', { config })
    const far = away.ref(Desk, 'signalbox://shop/desk')
    await far.send.noted({ by: 'away', number: 1 })
    const lost = expect(far.ask.never(undefined, { timeout: HOUR })).rejects.toMatchObject({
      code: 'PEER_LOST',
    })
    const down = gone(away)
    await shop.kill()
    await NodePeer.start('shop', shopConfig)
    proxy.leadTo(await addressOf('shop', shopConfig))
    await down
    await lost
    await far.send.noted({ by: 'away', number: 2 })
    expect(await far.ask.seen('away')).toEqual([2])
  })
})

describe('a session that only one side lost', () => {
  it('[I10] ends when that side begins another one; order holds across the two', async () => {
    const { proxy, desk, events, till } = await pair({ resume: 200 }, { link: { resume: HOUR } })
    await desk.send.noted({ by: 'till', number: 1 })
    const down = gone(till)
    proxy.passable = false
    proxy.forsake() // shop hears nothing of it
    await down
    proxy.passable = true
    await desk.send.noted({ by: 'till', number: 2 })
    expect(await desk.ask.seen('till')).toEqual([1, 2])
    expect(events.map(({ type }) => type)).toEqual(['up', 'down', 'up'])
    expect(new Set(events.map(({ incarnation }) => incarnation)).size).toBe(1)
  })
})
