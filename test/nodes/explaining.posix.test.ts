import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { calibrationOf } from '../../src/composition/calibration/calibration.js'
import { CalibrationFile } from '../../src/composition/calibration/calibration-file.js'
import { Desk } from '../peers/desk.js'
import { RunningExample } from '../support/example.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { until } from '../support/until.js'

const everywhere = { transports: { listen: ['memory', 'named-pipe', 'tcp'] } }

describe('a node explains its choice', () => {
  it('with every way to another process: its place and its cost, or the rule that rejects it', async () => {
    const { config, start } = nodes(everywhere)
    await NodePeer.start('shop', config)
    const till = await start('till')
    const { chosen, ranked, rejected } = await till.explain('shop', { size: 1000 })
    expect(ranked.map(({ transport }) => transport)).toEqual(['named-pipe', 'tcp'])
    expect(chosen?.because).toMatch(/^1000 B take \d+ µs \(typical\)$/)
    expect(rejected).toMatchObject([{ transport: 'memory', rule: 'reach' }])
    await till.ref(Desk, 'signalbox://shop/desk').ask.echo('hello')
    expect(till.links().map(({ transport }) => transport)).toEqual([chosen?.transport])
  })

  it('by what was measured on this machine, and the link is made that way', async () => {
    const cacheFolder = temporaryFolder()
    const [slow, quick] = [
      { latency: 1000, perMessage: 1, bytesPerSecond: 1e9, sizes: [] },
      { latency: 1, perMessage: 1, bytesPerSecond: 1e9, sizes: [] },
    ]
    await new CalibrationFile(cacheFolder).write(calibrationOf({ 'named-pipe': slow, tcp: quick }))
    const { config, start } = nodes({ ...everywhere, cacheFolder })
    await NodePeer.start('shop', config)
    const till = await start('till')
    const { chosen } = await till.explain('shop')
    expect(chosen).toMatchObject({ transport: 'tcp', cost: { basis: 'measured', latency: 1 } })
    await till.ref(Desk, 'signalbox://shop/desk').ask.echo('hello')
    expect(till.links().map(({ transport }) => transport)).toEqual(['tcp'])
  })

  it('of a node that nobody knows by saying so', async () => {
    const till = await nodes().start('till')
    await expect(till.explain('shop')).rejects.toMatchObject({ code: 'NODE_UNKNOWN' })
  })
})

it('a start does not wait for what was measured; who asks for an explanation does', async () => {
  const calibration = calibrationOf({
    memory: { latency: 1, perMessage: 1, bytesPerSecond: 1e9, sizes: [] },
  })
  const { start } = nodes({ ...everywhere, cacheFolder: temporaryFolder() })
  await start('shop')
  let finishReading = () => {}
  const reading = vi.spyOn(CalibrationFile.prototype, 'read').mockReturnValueOnce(
    new Promise(resolve => {
      finishReading = () => resolve({ state: 'valid', calibration })
    }),
  )
  onTestFinished(() => reading.mockRestore())
  const till = await start('till')
  expect(reading).toHaveBeenCalledOnce()
  const explained = till.explain('shop')
  finishReading()
  expect((await explained).chosen).toMatchObject({ transport: 'memory', cost: { basis: 'measured' } })
})

it('each message takes the track that costs it least, which is opened when the first one needs it', async () => {
  const cacheFolder = temporaryFolder()
  const [quick, broad] = [
    { latency: 0.001, perMessage: 1, bytesPerSecond: 1e9, sizes: [] },
    { latency: 1000, perMessage: 1, bytesPerSecond: 1e15, sizes: [] },
  ]
  await new CalibrationFile(cacheFolder).write(calibrationOf({ 'named-pipe': quick, tcp: broad }))
  const { config, start } = nodes({ ...everywhere, cacheFolder })
  await NodePeer.start('shop', config)
  const till = await start('till')
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  const tracks = () => till.links().flatMap(link => link.tracks)
  await desk.ask.echo('x'.repeat(500))
  expect(tracks()).toHaveLength(1)
  const large = 'x'.repeat(5_000_000)
  await desk.ask.echo(large)
  await until(() => tracks().length === 2)
  const sentOver = (transport: string) =>
    tracks().find(track => track.transport === transport)?.sent.bytes ?? 0
  const before = { pipe: sentOver('named-pipe'), tcp: sentOver('tcp') }
  await desk.ask.echo('x'.repeat(500))
  expect(sentOver('named-pipe')).toBeGreaterThan(before.pipe + 500)
  expect(sentOver('tcp')).toBe(before.tcp)
  await desk.ask.echo(large)
  expect(sentOver('tcp')).toBeGreaterThan(before.tcp + large.length)
  expect(till.links()).toHaveLength(1)
})

it('what links see better than it was measured is written down when the node closes', async () => {
  const cacheFolder = temporaryFolder()
  const slow = { latency: 1e6, perMessage: 1, bytesPerSecond: 1, sizes: [] }
  const file = new CalibrationFile(cacheFolder)
  await file.write(calibrationOf({ 'named-pipe': slow, tcp: slow }))
  const { config, start } = nodes({ cacheFolder, transports: { only: ['named-pipe'] } })
  await NodePeer.start('shop', config)
  const till = await start('till')
  const desk = till.ref(Desk, 'signalbox://shop/desk')
  const seen = async () => (await till.explain('shop')).chosen?.cost ?? slow
  const unseen = await file.read()
  while ((await seen()).latency === slow.latency) await desk.ask.echo('hello')
  expect((await seen()).bytesPerSecond).toBeGreaterThan(slow.bytesPerSecond)
  expect(await file.read()).toEqual(unseen)
  await till.close()
  const after = await file.read()
  if (after.state !== 'valid') throw new Error(`the file is ${after.state}`)
  const { 'named-pipe': pipe, tcp } = after.calibration.transports
  expect(pipe?.latency).toBeLessThan(slow.latency)
  expect(pipe?.bytesPerSecond).toBeGreaterThan(slow.bytesPerSecond)
  expect(tcp).toEqual(slow)
})

it('who cannot be reached: the error lists each way with the rule that rejects it', async () => {
  const { config, start } = nodes(everywhere)
  await NodePeer.start('shop', config)
  const till = await start('till', { config: { transports: { only: ['memory'], never: ['tcp'] } } })
  const echo = till.ref(Desk, 'signalbox://shop/desk').ask.echo('hello')
  await expect(echo).rejects.toMatchObject({
    code: 'NO_LISTENER',
    message: expect.stringMatching(
      /^shop cannot be reached \(memory:\S+: .*\(reach\); named-pipe:.*\(only\); tcp:.*\(never\)\)$/,
    ),
  })
})

it('the log says over which transport another node is reached, and why', async () => {
  const env = { SIGNALBOX_RUNTIME_DIR: temporaryFolder(), SIGNALBOX_NAMESPACE: `explaining-${process.pid}` }
  const shop = new RunningExample('quickstart/shop', { env })
  await shop.says('the shop is open')
  const till = new RunningExample('quickstart/till', { env: { ...env, SIGNALBOX_LOG: 'debug' } })
  await till.says('"msg":"shop is reached over named-pipe:', 'stderr')
  await till.says('"because":"64 B take ', 'stderr')
  await till.says('the process, and the peer is same-machine (reach)', 'stderr')
})
