import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SharedMemory, spawnInheriting } from '../../../src/transports/shared-memory/index.js'
import { cProgram } from '../../support/c-peer.js'
import { GUEST } from '../../support/memory-guest.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

function closing(memory: SharedMemory): SharedMemory {
  onTestFinished(() => {
    memory.unlink()
    memory.close()
  })
  return memory
}

const named = () => closing(SharedMemory.create(`sbtest.${randomUUID().slice(0, 8)}`, 4096))
const unnamed = () => closing(SharedMemory.anonymous(4096))
const firstOf = (memory: SharedMemory) => Atomics.load(new Int32Array(memory.buffer), 0)

describe('memory is shared by a name', () => {
  it('with a C program', async context => {
    const memory = named()
    const program = cProgram(context, 'shared-memory')
    expect(await spawnInheriting(program, [], () => ['name', memory.name, '100']).exited).toBe(0)
    expect(firstOf(memory)).toBe(100)
  })

  it('for reading, and whatever could write gets an error, and lives', () => {
    const memory = named()
    using reader = SharedMemory.open(memory.name, { access: 'read' })
    expect(() => reader.buffer).toThrow(code('ACCESS_DENIED'))
    expect(() => reader.bytes).toThrow(code('ACCESS_DENIED'))
    expect(() => reader.share({ access: 'read-write' })).toThrow(code('ACCESS_DENIED'))
    reader.share().close()
    expect(reader.load(0)).toBe(0)
  })

  it('no more when it lost that', () => {
    const memory = named()
    memory.unlink()
    expect(() => memory.share()).toThrow(code('NO_LISTENER'))
    memory.close()
    expect(() => memory.share()).toThrow(code('CLOSED'))
  })
})

describe('memory is shared by inheritance', () => {
  it('with a process that we start, without a name', async () => {
    const memory = unnamed()
    const handle = memory.share()
    const child = spawnInheriting(process.execPath, [handle.value], ([there]) => [
      GUEST,
      'inherited',
      String(there),
      'read-write',
    ])
    handle.close()
    expect(await child.exited).toBe(0)
    expect(firstOf(memory)).toBe(1)
  })

  it('with a C program, which may do what it was shared for and no more', async context => {
    const memory = unnamed()
    const program = cProgram(context, 'shared-memory')
    const [handle, forReading] = [memory.share(), memory.share({ access: 'read' })]
    const adds = (value: number) =>
      spawnInheriting(program, [value], ([there]) => ['handle', String(there), '100']).exited
    expect([await adds(handle.value), await adds(forReading.value)]).toEqual([0, 5])
    expect(firstOf(memory)).toBe(100)
    handle.close()
    forReading.close()
  })

  it('through a child that hands it on', async context => {
    const memory = unnamed()
    const inherited = SharedMemory.fromHandle(memory.share().value)
    const handedOn = inherited.share()
    const program = cProgram(context, 'shared-memory')
    const { exited } = spawnInheriting(program, [handedOn.value], ([there]) => ['handle', String(there), '7'])
    handedOn.close()
    inherited.close()
    expect(await exited).toBe(0)
    expect(firstOf(memory)).toBe(7)
  })

  it('for reading, as long as nobody wants to write', () => {
    const memory = unnamed()
    new Int32Array(memory.buffer)[1] = 5
    using reader = SharedMemory.fromHandle(memory.share({ access: 'read' }).value, { access: 'read' })
    expect(reader.load(4)).toBe(5)
    expect(() => SharedMemory.fromHandle(memory.share({ access: 'read' }).value)).toThrow(
      code('ACCESS_DENIED'),
    )
  })

  it('not by a number that leads nowhere', () => {
    expect(() => SharedMemory.fromHandle(999_996)).toThrow(code('ADDRESS_INVALID'))
    expect(() => spawnInheriting('/nothing/here', [], () => [])).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(NO_LISTENER|SYSTEM)$/) }),
    )
  })
})
