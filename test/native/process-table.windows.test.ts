import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { processTable } from '../../src/native/process-table.js'
import { kernel32, NO_HANDLE } from '../../src/native/win32/kernel32.js'

const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000

it('a process that has ended, and that somebody still has open, is gone for the process table', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  const handle = kernel32().OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid)
  expect(handle).not.toBe(NO_HANDLE)
  expect(processTable.incarnationOf(pid)).toMatch(/^\d+$/)
  child.stdin.end()
  await once(child, 'exit')
  expect(processTable.incarnationOf(pid)).toBeUndefined()
  kernel32().CloseHandle(handle)
})
