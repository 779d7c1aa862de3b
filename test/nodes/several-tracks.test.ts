import { expect, it } from 'vitest'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { tcp } from '../../src/transports/tcp/index.js'
import { Desk } from '../peers/desk.js'
import { breakable } from '../support/breakable.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const HOUR = 3_600_000

const transports = ['tcp', 'named-pipe']

it('[I8] a session moves to the next transport when its own breaks down, and nobody notices', async () => {
  const { config, start } = nodes({
    transports: { prefer: transports, listen: transports },
    link: { resume: HOUR },
  })
  await NodePeer.start('shop', config)
  const { transport, breakDown } = breakable(tcp())
  const till = await start('till', { transports: [transport] })
  const lost: unknown[] = []
  till.deadLetters$.subscribe(letter => lost.push(letter))
  till.peers$.subscribe(({ type }) => type === 'down' && lost.push(type))
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  await desk.ask.echo('text')
  expect(till.links().map(link => link.transport)).toEqual(['tcp'])
  let number = 0
  for (let batch = 0; batch < 20; batch++) {
    if (batch === 10) breakDown()
    for (let told = 0; told < 20; told++) {
      number++
      while (!desk.tell.noted({ by: 'till', number })) await desk.room()
    }
    await new Promise(setImmediate)
  }
  expect(await desk.ask.seen('till')).toEqual(numbers(number))
  expect(lost).toEqual([])
  expect(till.links().map(link => link.transport)).toEqual(['named-pipe'])
})

it('[I4] [I6] large messages take the track that the configuration names; when one dies, the other carries on', async () => {
  const { config, start } = nodes({
    transports: { prefer: ['named-pipe', 'tcp'], listen: transports },
    link: { resume: HOUR, tracks: { tcp: 10_000 } },
  })
  await NodePeer.start('shop', config)
  const [pipe, wire] = [breakable(namedPipe()), breakable(tcp())]
  const till = await start('till', { transports: [pipe.transport, wire.transport] })
  const ways = () => till.links().map(({ tracks }) => tracks.map(({ transport }) => transport))
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  let asked = 0
  const exchange = async () => {
    const answers = numbers(20).map(async () => {
      const text = `${++asked}`.padEnd(asked % 2 === 0 ? 30_000 : 10, '.')
      return (await desk.ask.echo(text, { timeout: HOUR })) === text
    })
    expect(new Set(await Promise.all(answers))).toEqual(new Set([true]))
  }
  await exchange()
  await until(() => ways()[0]?.length === 2)
  expect(ways()).toEqual([['named-pipe', 'tcp']])
  await exchange()

  wire.breakDown()
  await exchange()
  expect(ways()).toEqual([['named-pipe']])
  wire.mend()
  await until(() => ways()[0]?.length === 2)
  expect(ways()).toEqual([['named-pipe', 'tcp']])

  pipe.breakDown()
  await exchange()
  expect(ways()).toEqual([['tcp']])
  pipe.mend()
  // It comes back as the primary one: the other makes room, and comes again behind it.
  await until(() => ways()[0]?.join() === 'named-pipe,tcp')
  await exchange()
})
