import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calibrationOf } from '../../src/composition/calibration/calibration.js'
import { CalibrationFile } from '../../src/composition/calibration/calibration-file.js'
import { Directory } from '../../src/core/node/directory.js'
import { processTable } from '../../src/native/process-table.js'
import { runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const addresses = ['memory://./default/shop', 'named-pipe://./default.shop', 'tcp://127.0.0.1:7000']

/** A node that only the directory knows: to explain a choice, nobody is spoken to. */
async function surroundings() {
  const folder = temporaryFolder()
  const log = { debug: () => {}, warn: () => {} }
  const directory = new Directory({ folder, namespace: 'default', processes: processTable, log })
  const announced = await directory.announce({ name: 'shop', incarnation: 'ab', addresses })
  const cache = join(folder, 'cache')
  const explain = (args: string[], env = {}) =>
    runCommand(['explain', ...args], { folder, env: { SIGNALBOX_CACHE_FOLDER: cache, ...env } })
  return { explain, cache, [Symbol.asyncDispose]: () => announced[Symbol.asyncDispose]() }
}

describe('signalbox explain', () => {
  it('tells which transport is taken, which ones come next, and which rule rejects the others', async () => {
    await using here = await surroundings()
    const { code, stdout, stderr } = await here.explain(['--to', 'shop'])
    expect(stdout).toMatch(
      /│ taken +│ named-pipe │ named-pipe:\/\/\.\/default\.shop │ 64 B take \d+ µs \(typical\)/,
    )
    expect(stdout).toMatch(/│ else 1 +│ tcp /)
    expect(stdout).toMatch(/│ rejected │ memory +│ memory:\S+ +│ reach: it reaches as far as the process/)
    expect(stderr).toMatch(/^signalbox: costs are typical ones; signalbox calibrate measures them/)
    expect(code).toBe(0)
  })

  it('counts what was measured, by the size of the message', async () => {
    await using here = await surroundings()
    const [quick, broad] = [
      { latency: 1, perMessage: 1, bytesPerSecond: 1e6, sizes: [] },
      { latency: 1000, perMessage: 1, bytesPerSecond: 1e9, sizes: [] },
    ]
    await new CalibrationFile(here.cache).write(calibrationOf({ tcp: quick, 'named-pipe': broad }))
    const chosen = async (size: string) => {
      const { stdout, stderr } = await here.explain(['--to', 'shop', '--size', size, '--json'])
      expect(stderr).toBe('')
      return JSON.parse(stdout).chosen
    }
    expect(await chosen('100')).toBe('tcp')
    expect(await chosen('1000000')).toBe('named-pipe')
  })

  it('judges by what is needed, and by what the user says of transports', async () => {
    await using here = await surroundings()
    const json = async (args: string[], env = {}) =>
      JSON.parse((await here.explain(['--to', 'shop', '--json', ...args], env)).stdout)
    expect(await json(['--need', 'identity,at-least-once', '--size', '9'])).toMatchObject({
      node: 'shop',
      need: { locality: 'same-machine', identity: true, delivery: 'at-least-once', size: 9 },
      chosen: 'named-pipe',
      rejected: [
        { transport: 'memory', rule: 'reach' },
        { transport: 'tcp', address: 'tcp://127.0.0.1:7000', rule: 'identity' },
      ],
    })
    expect(await json(['--need', 'group'])).toMatchObject({ chosen: null, ranked: [] })
    expect(await json([], { SIGNALBOX_TRANSPORTS_ONLY: 'tcp' })).toMatchObject({
      chosen: 'tcp',
      rejected: [{ rule: 'only' }, { rule: 'only' }],
    })
    expect(await json([], { SIGNALBOX_TRANSPORTS_NEVER: 'named-pipe' })).toMatchObject({ chosen: 'tcp' })
  })

  it.each([
    [['--to', 'shop', '--need', 'speed'], 2, "'speed' is no need; there are best-effort, "],
    [['--to', 'shop', '--size', 'large'], 2, 'whole number'],
    [[], 2, '--to <node>'],
    [['--to', 'shpo'], 1, 'there is no node shpo'],
  ])('%j cannot be explained, and it says why', async (args, code, says) => {
    await using here = await surroundings()
    const ended = await here.explain(args)
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) })
    expect(ended.stderr).toMatch(/^signalbox: [^\n]+\n$/)
  })
})
