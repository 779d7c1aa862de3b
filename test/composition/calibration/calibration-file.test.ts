import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calibrationOf, writeCalibration } from '../../../src/composition/calibration/calibration.js'
import { CalibrationFile } from '../../../src/composition/calibration/calibration-file.js'
import { defaultCacheFolder } from '../../../src/native/cache-folder.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const measured = { latency: 20, perMessage: 1, bytesPerSecond: 1e9, sizes: [{ bytes: 64, microseconds: 20 }] }
const calibration = calibrationOf({ 'named-pipe': measured, tcp: measured })

describe('the file of a calibration', () => {
  it('gives back what was written, and leaves nothing beside it', async () => {
    const folder = join(temporaryFolder(), 'not', 'there', 'yet')
    const file = new CalibrationFile(folder)
    expect(await file.read()).toEqual({ state: 'absent' })
    await file.write(calibrationOf({}))
    await file.write(calibration)
    expect(await file.read()).toEqual({ state: 'valid', calibration })
    expect(readdirSync(folder)).toEqual(['calibration.json'])
  })

  it('is never seen half-written by who reads while others write', async () => {
    const folder = temporaryFolder()
    const processes = Array.from({ length: 4 }, () => new CalibrationFile(folder))
    await Promise.all(
      processes.map(async file => {
        for (let time = 0; time < 10; time++) {
          await file.write(calibration)
          expect(await file.read()).toEqual({ state: 'valid', calibration })
        }
      }),
    )
  })

  it.each([
    ['another format', { ...calibration, format: 0 }, 'not of format 1'],
    ['another machine', { ...calibration, machine: 'a pocket calculator' }, 'a pocket calculator'],
    ['another Node', { ...calibration, node: 'v0.10.0' }, 'v0.10.0'],
    [
      'figures that are none',
      { ...calibration, transports: { tcp: { ...measured, latency: -1 } } },
      'format',
    ],
  ])('of %s is stale, and says why', async (_what, content, because) => {
    const file = new CalibrationFile(temporaryFolder())
    writeFileSync(file.path, JSON.stringify(content))
    expect(await file.read()).toEqual({ state: 'stale', because: expect.stringContaining(because) })
  })

  it('that cannot be read is as good as none', async () => {
    const broken = new CalibrationFile(temporaryFolder())
    writeFileSync(broken.path, writeCalibration(calibration).slice(0, -10))
    expect(await broken.read()).toMatchObject({ state: 'stale', because: expect.stringContaining('JSON') })
    const folder = new CalibrationFile(temporaryFolder())
    mkdirSync(folder.path)
    expect(await folder.read()).toMatchObject({ state: 'stale' })
  })
})

it("the folder for caches is the user's own", () => {
  const [environment, expected] =
    process.platform === 'win32'
      ? [{ LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' }, 'C:\\Users\\me\\AppData\\Local\\signalbox\\cache']
      : [{ XDG_CACHE_HOME: '/home/me/.caches' }, '/home/me/.caches/signalbox']
  expect(defaultCacheFolder(environment)).toBe(expected)
  expect(defaultCacheFolder({})).toMatch(/signalbox/)
})
