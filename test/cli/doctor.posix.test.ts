import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { processTable } from '../../src/native/process-table.js'
import { newSegmentName } from '../../src/transports/segment/segment-name.js'
import { skipUnless } from '../support/capability.js'
import { runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const SOMEBODY_ELSE = 65_534
const canGiveAway = process.platform === 'linux' && process.geteuid?.() === 0

it('signalbox doctor says what is wrong with a runtime folder that others may enter', async () => {
  const folder = temporaryFolder()
  chmodSync(folder, 0o755)
  const { code, stdout } = await runCommand(['doctor', '--json'], { folder })
  expect(code).toBe(1)
  expect(stdout).toContain('chmod 700')
})

it("signalbox doctor explains another user's memory, and leaves it alone", async test => {
  skipUnless(
    test,
    canGiveAway,
    'only root of Linux can give a file to another user, whose memory is a file there',
  )
  const shortLived = spawn('sleep', ['60'])
  await once(shortLived, 'spawn')
  const pid = shortLived.pid ?? 0
  const path = `/dev/shm/${newSegmentName(pid, processTable)}`
  shortLived.kill('SIGKILL')
  await once(shortLived, 'exit')
  writeFileSync(path, '')
  onTestFinished(() => rmSync(path, { force: true }))
  chownSync(path, SOMEBODY_ELSE, SOMEBODY_ELSE)
  const { code, stdout } = await runCommand(['doctor', '--fix', '--json'], { folder: temporaryFolder() })
  const line = stdout.split('\n').find(text => text.includes(path)) ?? '{}'
  expect(JSON.parse(line)).toMatchObject({ about: 'shared memory', state: 'note' })
  expect(line).toContain(`user ${SOMEBODY_ELSE}`)
  expect(line).toContain('sudo rm')
  expect(existsSync(path)).toBe(true)
  expect(code).toBe(0)
})
