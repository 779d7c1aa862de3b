import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SharedMemory } from '../../src/native/shared-memory.js'

/** A name that nobody has; its memory goes away with the test. */
function created(bytes: number, name = freshName()): SharedMemory {
  const memory = SharedMemory.create(name, bytes)
  onTestFinished(() => {
    memory.unlink()
    memory.close()
  })
  return memory
}

const freshName = () => `sbtest.${randomUUID().slice(0, 8)}`

const failing = (code: string, ...words: string[]) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(words.map(word => `(?=.*${word})`).join(''), 's')),
  })

describe('shared memory', () => {
  it('is whole pages of zeros, as its creator has it', () => {
    const memory = created(5000)
    expect(memory.size).toBeGreaterThanOrEqual(8192)
    expect(memory.size % 4096).toBe(0)
    expect(memory.buffer.byteLength).toBe(memory.size)
    expect(new Uint8Array(memory.buffer).every(byte => byte === 0)).toBe(true)
    expect(memory.buffer).toBe(memory.buffer)
  })

  it('shows what another one of that name writes', () => {
    const memory = created(4096)
    using same = SharedMemory.open(memory.name)
    expect(same.size).toBe(memory.size)
    new Int32Array(same.buffer)[7] = 42
    expect(Atomics.load(new Int32Array(memory.buffer), 7)).toBe(42)
  })

  it('is created once', () => {
    const { name } = created(4096)
    expect(() => SharedMemory.create(name, 4096)).toThrow(failing('ADDRESS_IN_USE', name))
  })

  it('can be opened only where there is one', () => {
    const name = freshName()
    expect(() => SharedMemory.open(name)).toThrow(failing('NO_LISTENER', name))
  })

  it('can be had by those who have it, and by nobody else, when its name is removed', () => {
    const memory = created(4096)
    using same = SharedMemory.open(memory.name)
    memory.unlink()
    memory.unlink()
    expect(() => SharedMemory.open(memory.name)).toThrow(failing('NO_LISTENER'))
    new Int32Array(same.buffer)[0] = 5
    expect(new Int32Array(memory.buffer)[0]).toBe(5)
    created(4096, memory.name)
  })

  it('says that it was closed', () => {
    const memory = created(4096)
    memory.close()
    memory.close()
    expect(() => memory.buffer).toThrow(failing('CLOSED', memory.name))
  })

  it.each(['', '.', 'a\\b\\c', 'a/b', 'nul\0'])('has no name like %j', name => {
    const unusable = process.platform === 'win32' ? ['', 'a\\b\\c', 'nul\0'] : ['', '.', 'a/b', 'nul\0']
    if (!unusable.includes(name)) return
    expect(() => SharedMemory.create(name, 4096)).toThrow(failing('ADDRESS_INVALID'))
    expect(() => SharedMemory.open(name)).toThrow(failing('ADDRESS_INVALID'))
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('does not have %d bytes', bytes => {
    expect(() => SharedMemory.create(freshName(), bytes)).toThrow(failing('LIMIT_EXCEEDED'))
  })

  it('says at its creation that there is no room', () => {
    const name = freshName()
    expect(() => SharedMemory.create(name, 2 ** 50)).toThrow(failing('LIMIT_EXCEEDED', name))
    expect(() => SharedMemory.open(name)).toThrow(failing('NO_LISTENER'))
  })
})

describe('shared memory that was opened for reading', () => {
  it('shows what is written, and hands out nothing that could be written to', () => {
    const memory = created(4096)
    using reader = SharedMemory.open(memory.name, { access: 'read' })
    const words = new Int32Array(memory.buffer)
    words[1] = 0x01020304
    const bytes = new Uint8Array(4)
    reader.read(bytes, 4)
    expect([...bytes]).toEqual([4, 3, 2, 1])
    words[1] = 9
    expect(reader.load(4)).toBe(9)
    expect(() => reader.buffer).toThrow(failing('ACCESS_DENIED', memory.name))
  })

  it('has nothing beyond its end', () => {
    const memory = created(4096)
    using reader = SharedMemory.open(memory.name, { access: 'read' })
    reader.read(new Uint8Array(4096))
    const outside = failing('LIMIT_EXCEEDED', memory.name)
    expect(() => reader.read(new Uint8Array(2), 4095)).toThrow(outside)
    expect(() => reader.read(new Uint8Array(2), -1)).toThrow(outside)
    expect(() => reader.load(4096)).toThrow(outside)
    expect(() => reader.load(2)).toThrow(outside)
  })

  it('says that it was closed', () => {
    const memory = created(4096)
    const reader = SharedMemory.open(memory.name, { access: 'read' })
    reader.load(0)
    reader.close()
    expect(() => reader.read(new Uint8Array(1))).toThrow(failing('CLOSED'))
    expect(() => reader.load(0)).toThrow(failing('CLOSED'))
  })
})
