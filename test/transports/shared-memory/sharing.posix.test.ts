import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { SharedMemory } from '../../../src/transports/shared-memory/index.js'
import { cProgram } from '../../support/c-peer.js'
import { MemoryGuest } from '../../support/memory-guest.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

it('memory is shared by a name that another process hears over a pipe', async () => {
  const guest = await MemoryGuest.start(temporaryFolder(), onTestFinished)
  const memory = SharedMemory.create(`sbtest.${randomUUID().slice(0, 8)}`, 4096)
  onTestFinished(() => {
    memory.unlink()
    memory.close()
  })
  expect(await guest.accepts({ name: memory.name, access: 'read-write' })).toEqual({ first: 1 })
  expect(await guest.accepts({ name: memory.name, access: 'read' })).toEqual({ first: 1 })
  expect(new Int32Array(memory.buffer)[0]).toBe(1)
})

it('memory is inherited by any child that has its descriptor in stdio', async context => {
  using memory = SharedMemory.anonymous(4096)
  const { value, close } = memory.share()
  const stdio = ['inherit', 'inherit', 'inherit', 'ignore', value] as const
  const child = spawn(cProgram(context, 'shared-memory'), ['handle', '4', '10'], { stdio: [...stdio] })
  close()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(new Int32Array(memory.buffer)[0]).toBe(10)
})

it('no descriptor of memory without a name is left when it is closed', () => {
  const open = () => readdirSync('/dev/fd').length
  SharedMemory.anonymous(4096).close()
  const before = open()
  for (let round = 0; round < 20; round += 1) {
    using memory = SharedMemory.anonymous(4096)
    SharedMemory.fromHandle(memory.share().value).close()
    memory.share({ access: 'read' }).close()
  }
  expect(open()).toBe(before)
})

it('a handle is not duplicated into a process that runs already, and what does instead is said', () => {
  using memory = SharedMemory.anonymous(4096)
  const { value, duplicateInto, close } = memory.share()
  const unavailable = expect.objectContaining({
    code: 'TRANSPORT_UNAVAILABLE',
    message: expect.stringContaining('inherit'),
  })
  expect(() => duplicateInto(process.pid)).toThrow(unavailable)
  expect(() => SharedMemory.duplicateFrom(process.pid, value)).toThrow(unavailable)
  close()
})
