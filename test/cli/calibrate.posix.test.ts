import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calibrationOf } from '../../src/composition/calibration/calibration.js'
import { CalibrationFile } from '../../src/composition/calibration/calibration-file.js'
import { runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

function surroundings() {
  const folder = temporaryFolder()
  const cache = join(folder, 'cache')
  const calibrate = (...args: string[]) =>
    runCommand(['calibrate', ...args], { folder, env: { SIGNALBOX_CACHE_FOLDER: cache } })
  return { calibrate, file: new CalibrationFile(cache) }
}

describe('signalbox calibrate', () => {
  it('measures between two processes, tells, and keeps what it found for nodes to come', async () => {
    const { calibrate, file } = surroundings()
    const { code, stdout, stderr } = await calibrate('named-pipe', '--json')
    expect(stderr).toMatch(/^signalbox: nodes that start from now on know it from .*calibration\.json\n$/)
    expect(code).toBe(0)
    const { transport, ...measurement } = JSON.parse(stdout)
    const { latency, perMessage, bytesPerSecond, sizes } = measurement
    expect(transport).toBe('named-pipe')
    for (const figure of [latency, perMessage, bytesPerSecond]) expect(figure).toBeGreaterThan(0)
    expect(sizes.map(({ bytes }: { bytes: number }) => bytes)).toEqual([64, 4096, 65_536, 1_048_576])
    expect((await file.read()).state).toBe('valid')
    expect(JSON.parse(readFileSync(file.path, 'utf8')).transports).toEqual({ 'named-pipe': measurement })
  })

  it('keeps what it knows of others, prints a table for people, and says what it could not measure', async () => {
    const { calibrate, file } = surroundings()
    const tcp = { latency: 1, perMessage: 1, bytesPerSecond: 1, sizes: [] }
    await file.write(calibrationOf({ tcp }))
    const { stdout, code } = await calibrate('memory', 'mailslot')
    expect(stdout).toMatch(/│ memory +│ +\d+\.\d +│/)
    if (process.platform !== 'win32') expect(stdout).toMatch(/│ mailslot .*not measured: mailslot needs/)
    expect(code).toBe(0)
    const { transports } = JSON.parse(readFileSync(file.path, 'utf8'))
    expect(transports).toMatchObject({ tcp, memory: { latency: expect.any(Number) } })
  })

  it('refuses what is no transport', async () => {
    const { calibrate } = surroundings()
    expect(await calibrate('tpc')).toEqual({
      code: 2,
      stdout: '',
      stderr: "signalbox: 'tpc' is no transport; did you mean 'tcp'?\n",
    })
  })
})
