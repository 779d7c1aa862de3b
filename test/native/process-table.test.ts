import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { processTable } from '../../src/native/process-table.js'

/** Runs until its input ends. */
async function startSleeper(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(child, 'spawn')
  return child
}

describe('the process table', () => {
  it('has this process, always as the same', () => {
    const incarnation = processTable.incarnationOf(process.pid)
    expect(incarnation).toMatch(/\d/)
    expect(processTable.incarnationOf(process.pid)).toBe(incarnation)
  })

  it('tells processes apart, and knows when one has ended', async () => {
    const child = await startSleeper()
    const pid = child.pid ?? 0
    const incarnation = processTable.incarnationOf(pid)
    expect(incarnation).toBeTypeOf('string')
    expect(incarnation).not.toBe(processTable.incarnationOf(process.pid))
    child.stdin?.end()
    await once(child, 'exit')
    expect(processTable.incarnationOf(pid)).toBeUndefined()
  })

  it('has nothing under what cannot be a pid', () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 32 + process.pid, 2 ** 31 - 7]) {
      expect(processTable.incarnationOf(pid), String(pid)).toBeUndefined()
    }
  })
})
