import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { RunningExample } from '../support/example.js'
import { temporaryFolder } from '../support/temporary-folder.js'

it('Ctrl-C ends all processes of a census, and nothing is left', async () => {
  const temporary = temporaryFolder()
  const example = new RunningExample('census/main', { env: { TMPDIR: temporary }, group: true })
  await example.says(' files, ', 'stderr')
  const group = -(example.process.pid ?? 0)
  process.kill(group, 'SIGINT')
  const { code, stderr } = await example.ended
  expect(stderr).toMatch(/census: interrupted\n$/)
  expect(code).toBe(130)
  expect(() => process.kill(group, 0)).toThrow('ESRCH')
  expect(readdirSync(temporary)).toEqual([])
})
