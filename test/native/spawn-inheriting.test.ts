import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { InheritingProcess } from '../../src/native/inheriting-process.js'
import { type SpawnInheritingOptions, spawnInheriting } from '../../src/native/spawn-inheriting.js'
import { built } from '../support/built.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const TELL = `
  const { cwd, env, argv } = process
  require('node:fs').writeFileSync(argv[1], JSON.stringify({ cwd: cwd(), env }))`
const WAIT = 'setInterval(() => {}, 1000)'
const code = (expected: string) => expect.objectContaining({ code: expected })

/** What a process that was started so says of what is around it. */
async function surroundingsOf(options: SpawnInheritingOptions) {
  const file = join(temporaryFolder(), 'surroundings.json')
  const child = spawnInheriting(process.execPath, [], () => ['-e', TELL, file], options)
  expect(await child.exited).toBe(0)
  return JSON.parse(readFileSync(file, 'utf8')) as { cwd: string; env: NodeJS.ProcessEnv }
}

function startWaiting(options: SpawnInheritingOptions): InheritingProcess {
  const child = spawnInheriting(process.execPath, [], () => ['-e', WAIT], options)
  onTestFinished(() => child.kill())
  return child
}

it('a process begins in this one’s folder and environment, unless it is told', async () => {
  const { cwd, env } = await surroundingsOf({})
  expect(cwd).toBe(process.cwd())
  expect(env['PATH']).toBe(process.env['PATH'])
})

it('a process begins in the folder that it is told, with the environment that it is told and no other', async () => {
  process.env['SIGNALBOX_TEST_LEFT_OUT'] = 'x'
  onTestFinished(() => void delete process.env['SIGNALBOX_TEST_LEFT_OUT'])
  const folder = realpathSync(temporaryFolder())
  const { cwd, env } = await surroundingsOf({
    cwd: folder,
    env: { PATH: process.env['PATH'], COFFEE: 'añejo 咖啡', EMPTY: '', NOT: undefined },
  })
  expect(cwd).toBe(folder)
  expect(env).toMatchObject({ COFFEE: 'añejo 咖啡', EMPTY: '' })
  expect(env).not.toHaveProperty('NOT')
  expect(env).not.toHaveProperty('SIGNALBOX_TEST_LEFT_OUT')
})

it('a process whose output is ignored says nothing, and what is not ignored is heard', async () => {
  const file = join(temporaryFolder(), 'heard')
  const output = openSync(file, 'w')
  const stdio = ['ignore', output, output] as const
  const child = spawn(process.execPath, [built('test/peers/half-heard')], { stdio: [...stdio] })
  closeSync(output)
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(readFileSync(file, 'utf8')).toBe('complained\n')
})

it('a signal kills the process', async () => {
  const controller = new AbortController()
  const { exited } = startWaiting({ signal: controller.signal })
  controller.abort()
  expect(await exited).toBe(process.platform === 'win32' ? 1 : 'SIGKILL')
})

it.each([
  ['a signal that has fired', { signal: AbortSignal.abort() }, 'ABORTED'],
  ['a folder that is not there', { cwd: join(import.meta.dirname, 'nowhere') }, 'CONFIG_INVALID'],
  ['a file as its folder', { cwd: import.meta.filename }, 'CONFIG_INVALID'],
  ['a variable with a null character', { env: { COFFEE: 'one\0TEA=two' } }, 'CONFIG_INVALID'],
])('nothing is started with %s', (_, options, expected) => {
  expect(() => startWaiting(options)).toThrow(code(expected))
})
