import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { commandLineOf } from '../../../src/native/win32/command-line.js'
import { ownHandleCount } from '../../../src/native/win32/handle-count.js'
import { SharedMemory, spawnInheriting } from '../../../src/transports/shared-memory/index.js'
import { cProgram } from '../../support/c-peer.js'
import { onSuiteFinished } from '../../support/finally.js'
import { MemoryGuest } from '../../support/memory-guest.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const forAll = onSuiteFinished()
let guest: MemoryGuest
beforeAll(async () => {
  guest = await MemoryGuest.start(temporaryFolder(forAll), forAll)
})

function unnamed(): SharedMemory {
  const memory = SharedMemory.anonymous(4096)
  onTestFinished(() => memory.close())
  return memory
}

it('memory is shared by a name that another process hears over a pipe', async () => {
  const memory = SharedMemory.create(`sbtest.${randomUUID().slice(0, 8)}`, 4096)
  onTestFinished(() => {
    memory.unlink()
    memory.close()
  })
  expect(await guest.accepts({ name: memory.name, access: 'read-write' })).toEqual({ first: 1 })
  expect(await guest.accepts({ name: memory.name, access: 'read' })).toEqual({ first: 1 })
  expect(new Int32Array(memory.buffer)[0]).toBe(1)
})

describe('memory is shared by a handle', () => {
  it('that is duplicated into another process, which hears its value over a pipe', async () => {
    const memory = unnamed()
    const handle = memory.share()
    const value = handle.duplicateInto(guest.pid)
    handle.close()
    expect(await guest.accepts({ handle: value, access: 'read-write' })).toEqual({ first: 1 })
    expect(new Int32Array(memory.buffer)[0]).toBe(1)
  })

  it('that another process duplicates, which heard its value over a pipe', async () => {
    const memory = unnamed()
    const handle = memory.share()
    const invitation = { pid: process.pid, handle: handle.value, access: 'read-write' } as const
    expect(await guest.accepts(invitation)).toEqual({ first: 1 })
    handle.close()
    expect(await guest.accepts(invitation)).toEqual({ failed: expect.any(String) })
  })

  it('for reading, with which the system lets nobody write', async () => {
    const handle = unnamed().share({ access: 'read' })
    const invite = (access: 'read' | 'read-write') =>
      guest.accepts({ handle: handle.duplicateInto(guest.pid), access })
    expect(await invite('read')).toEqual({ first: 0 })
    expect(await invite('read-write')).toEqual({ failed: 'ACCESS_DENIED' })
    handle.close()
  })
})

it('a process inherits the handles on its list, and none beside them', async context => {
  const [given, other] = [unnamed(), unnamed()]
  const [handle, unlisted] = [given.share(), other.share()]
  const program = cProgram(context, 'shared-memory')
  const adds = (value: number) => ['handle', String(value), '1']
  expect(await spawnInheriting(program, [handle.value], ([there = 0]) => adds(there)).exited).toBe(0)
  expect(await spawnInheriting(program, [handle.value], () => adds(unlisted.value)).exited).toBe(5)
  expect([given, other].map(memory => new Int32Array(memory.buffer)[0])).toEqual([1, 0])
  handle.close()
  unlisted.close()
})

it('no handle is left when memory is shared, opened, inherited and closed', async context => {
  const program = cProgram(context, 'shared-memory')
  const round = async () => {
    using memory = SharedMemory.anonymous(4096)
    SharedMemory.fromHandle(memory.share().value).close()
    const handle = memory.share()
    await spawnInheriting(program, [handle.value], ([there]) => ['handle', String(there), '1']).exited
    handle.close()
  }
  await round()
  const before = ownHandleCount()
  for (let left = 5; left > 0; left -= 1) await round()
  expect(ownHandleCount()).toBeLessThanOrEqual(before)
})

it('arguments come through a command line as they are', () => {
  const line = commandLineOf('C:\\a b\\x.exe', ['plain', '', 'a b', 'say "no"', 'end\\', 'both \\"x\\\\'])
  expect(line).toBe(String.raw`"C:\a b\x.exe" plain "" "a b" "say \"no\"" end\ "both \\\"x\\\\"`)
})
