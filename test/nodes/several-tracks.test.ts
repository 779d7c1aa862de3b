import { expect, it } from 'vitest'
import { calibrationOf } from '../../src/composition/calibration/calibration.js'
import { CalibrationFile } from '../../src/composition/calibration/calibration-file.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { sharedMemory } from '../../src/transports/shared-memory/index.js'
import { tcp } from '../../src/transports/tcp/index.js'
import { Desk } from '../peers/desk.js'
import { breakable } from '../support/breakable.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { temporaryFolder } from '../support/temporary-folder.js'
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

/** Costs by which small messages take a pipe and those of some 10 KB shared memory, whatever this machine is. */
async function calibrated(): Promise<string> {
  const folder = temporaryFolder()
  const costs = calibrationOf({
    'named-pipe': { latency: 10, perMessage: 1, bytesPerSecond: 1e9, sizes: [] },
    'shared-memory': { latency: 15, perMessage: 1, bytesPerSecond: 1e10, sizes: [] },
  })
  await new CalibrationFile(folder).write(costs)
  return folder
}

it('[I4] [I6] [I8] where nothing is configured, shared memory carries what is large; dead, it leaves that to the pipe, and comes back', async () => {
  const { config, start } = nodes({ cacheFolder: await calibrated(), link: { resume: HOUR } })
  await NodePeer.start('shop', config)
  const memory = breakable(sharedMemory())
  const till = await start('till', { transports: [memory.transport] })
  const tracks = () => till.links().flatMap(link => link.tracks)
  const ways = () => tracks().map(({ transport }) => transport)
  const lost: unknown[] = []
  till.deadLetters$.subscribe(letter => lost.push(letter))
  till.peers$.subscribe(({ type }) => type === 'down' && lost.push(type))
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  const large = (index: number) => `${index}`.padEnd(40_000, '.')
  let number = 0
  const exchange = async () => {
    const echoes = numbers(10).map(
      async index => (await desk.ask.echo(large(index), { timeout: HOUR })) === large(index),
    )
    for (let told = 0; told < 50; told++) {
      number++
      if (!desk.tell.noted({ by: 'till', number })) await desk.send.noted({ by: 'till', number })
    }
    expect(new Set(await Promise.all(echoes))).toEqual(new Set([true]))
  }

  await desk.ask.echo('small')
  expect(ways()).toEqual(['named-pipe'])
  expect(memory.attempts).toBe(0)
  await exchange()
  await until(() => ways().length === 2)
  expect(ways()).toEqual(['named-pipe', 'shared-memory'])
  await exchange()
  expect(tracks()[1]?.sent.bytes).toBeGreaterThan(400_000)

  const underWay = exchange()
  memory.breakDown()
  await underWay
  expect(ways()).toEqual(['named-pipe'])
  await exchange()
  memory.mend()
  await until(() => ways().length === 2)
  await exchange()
  expect(tracks()[1]?.sent.bytes).toBeGreaterThan(400_000)
  expect(await desk.ask.seen('till')).toEqual(numbers(number))
  expect(lost).toEqual([])
})

it('a link that gets no shared memory goes on without, and says so once', async () => {
  const { config, start } = nodes({ cacheFolder: await calibrated(), link: { resume: HOUR } })
  await NodePeer.start('shop', config)
  const memory = breakable(sharedMemory())
  memory.breakDown()
  const till = await start('till', { transports: [memory.transport] })
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  const text = 'x'.repeat(100_000)
  expect(await desk.ask.echo(text)).toBe(text)
  await until(() => memory.attempts === 1)
  expect(await desk.ask.echo(text)).toBe(text)
  expect(till.links().map(({ tracks }) => tracks.map(({ transport }) => transport))).toEqual([['named-pipe']])
})
