import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { processTable } from '../../src/native/process-table.js'
import { until } from '../support/until.js'

it('a zombie is gone for the process table', async () => {
  // The shell becomes cat, which does not know of the child that the shell had, and never waits for it.
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec cat'])
  const [line] = await once(parent.stdout, 'data')
  const zombie = Number(String(line))
  parent.stdin.write('are you cat?')
  await once(parent.stdout, 'data')
  process.kill(zombie, 'SIGKILL')
  await until(() => processTable.incarnationOf(zombie) === undefined)
  // It is in the system's own table still.
  expect(process.kill(zombie, 0)).toBe(true)
  parent.stdin.end()
  await once(parent, 'exit')
})
