import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const built = resolve(import.meta.dirname, '../../dist/composition/system-log.js')

/** What a process with a log of this level writes to stderr. */
function reportsAt(level: string): string[] {
  const program = `
    const { systemLog } = await import('${pathToFileURL(built)}')
    const log = systemLog('${level}')
    log.debug('a detail')
    log.warn('a warning', { port: 7000 })
    process.exit()`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  return stderr.split('\n').filter(line => line !== '')
}

describe("the log of a node's process", () => {
  it('writes each report as JSON to stderr, before the process ends', () => {
    const [report, ...more] = reportsAt('warn').map(line => JSON.parse(line))
    expect(report).toMatchObject({ msg: 'a warning', port: 7000, name: 'signalbox' })
    expect(more).toEqual([])
  })

  it('writes as much as its level says', () => {
    expect(reportsAt('silent')).toHaveLength(0)
    expect(reportsAt('error')).toHaveLength(0)
    expect(reportsAt('debug')).toHaveLength(2)
  })
})
