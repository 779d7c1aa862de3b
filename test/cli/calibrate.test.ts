import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

function surroundings() {
  const folder = temporaryFolder()
  const cache = join(folder, 'cache')
  const calibrate = (...args: string[]) =>
    runCommand(['calibrate', ...args], { folder, env: { SIGNALBOX_CACHE_FOLDER: cache } })
  const file = () => JSON.parse(readFileSync(join(cache, 'calibration.json'), 'utf8'))
  return { calibrate, file }
}

describe('signalbox calibrate', () => {
  it('measures between two processes, tells, and keeps what it found for nodes to come', async () => {
    const { calibrate, file } = surroundings()
    const { code, stdout, stderr } = await calibrate('memory', 'named-pipe', '--json')
    expect(stderr).toMatch(/^signalbox: nodes that start from now on know it from .*calibration\.json\n$/)
    expect(code).toBe(0)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(rows.map(({ transport }) => transport)).toEqual(['memory', 'named-pipe'])
    for (const { transport, latency, perMessage, bytesPerSecond, sizes } of rows) {
      for (const figure of [latency, perMessage, bytesPerSecond]) expect(figure).toBeGreaterThan(0)
      expect(sizes.map(({ bytes }: { bytes: number }) => bytes)).toEqual([64, 4096, 65_536, 1_048_576])
      expect(file().transports[transport]).toEqual({ latency, perMessage, bytesPerSecond, sizes })
    }
    expect(file()).toMatchObject({ format: 1, node: process.version })
  })

  it('keeps what it knows of others, prints a table for people, and says what it could not measure', async () => {
    const { calibrate, file } = surroundings()
    await calibrate('memory')
    const { stdout, code } = await calibrate('tcp', 'mailslot')
    expect(stdout).toMatch(/│ tcp +│ +\d+\.\d +│/)
    if (process.platform !== 'win32') expect(stdout).toMatch(/│ mailslot .*not measured: mailslot needs/)
    expect(code).toBe(0)
    expect(Object.keys(file().transports)).toEqual(expect.arrayContaining(['memory', 'tcp']))
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
