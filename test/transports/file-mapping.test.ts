import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { FileMapping } from '../../src/transports/file-mapping/index.js'
import { startCPeer } from '../support/c-peer.js'
import { temporaryFolder } from '../support/temporary-folder.js'

let path: string

beforeEach(() => {
  path = join(temporaryFolder(), 'prices.map')
})

function created(bytes = 4096): FileMapping {
  const file = FileMapping.create(path, bytes)
  onTestFinished(() => file.unmap())
  return file
}

function opened(options: Parameters<typeof FileMapping.open>[1] = {}): FileMapping {
  const file = FileMapping.open(path, options)
  onTestFinished(() => file.unmap())
  return file
}

const onWindows = process.platform === 'win32'

const failing = (code: string, words = path) =>
  expect.objectContaining({ code, message: expect.stringContaining(words) })

describe('a mapped file', () => {
  it('is as long as it was asked for, and zeros', () => {
    const file = created(5001)
    expect([file.size, file.bytes.length, file.buffer.byteLength]).toEqual([5001, 5001, 5001])
    expect(file.bytes.every(byte => byte === 0)).toBe(true)
    expect(file.bytes).toBe(file.bytes)
    expect(file.bytes.buffer).toBe(file.buffer)
  })

  it('shows what another one of that path writes', () => {
    const file = created()
    const same = opened()
    expect(same.size).toBe(4096)
    same.bytes[4095] = 42
    expect(file.bytes[4095]).toBe(42)
  })

  it('keeps what was written when nobody has it any more', async () => {
    const file = created(5001)
    file.bytes.fill(7)
    await file.flush()
    file.unmap()
    expect(readFileSync(path).equals(Buffer.alloc(5001, 7))).toBe(true)
    expect(opened().bytes.every(byte => byte === 7)).toBe(true)
  })

  it('gets to the disk also when it is closed meanwhile, and lets go of the file then', async () => {
    const file = created()
    file.bytes[0] = 1
    const flushed = [file.flush(), file.flush()]
    file.unmap()
    file.close()
    await Promise.all(flushed)
    expect(readFileSync(path)[0]).toBe(1)
    await expect(file.flush()).rejects.toEqual(failing('CLOSED', path))
  })

  it('is created once', () => {
    created()
    expect(() => FileMapping.create(path, 4096)).toThrow(failing('ADDRESS_IN_USE', path))
    expect(opened().size).toBe(4096)
  })

  it('is refused by its path where there is none, nothing to map, or no file', () => {
    expect(() => FileMapping.open(path)).toThrow(failing('NO_LISTENER', path))
    writeFileSync(path, '')
    expect(() => FileMapping.open(path)).toThrow(failing('ADDRESS_INVALID', `${path} is empty`))
    expect(() => FileMapping.create(join(path, 'x'), 1)).toThrow(failing('ADDRESS_INVALID'))
    const folder = `${path}.folder`
    mkdirSync(folder)
    expect(() => FileMapping.open(folder)).toThrow(
      failing(onWindows ? 'ACCESS_DENIED' : 'ADDRESS_INVALID', folder),
    )
    expect(() => FileMapping.create(join(folder, 'none', 'x'), 1)).toThrow(
      failing('ADDRESS_INVALID', 'its folder does not exist'),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('does not have %d bytes', bytes => {
    expect(() => FileMapping.create(path, bytes)).toThrow(failing('LIMIT_EXCEEDED'))
    expect(() => FileMapping.open(path)).toThrow(failing('NO_LISTENER'))
  })

  it('says that it was closed, and leaves no view that could crash', () => {
    const file = created()
    const view = new Int32Array(file.buffer)
    file.unmap()
    file.unmap()
    file.close()
    view[0] = 1
    expect(() => file.buffer).toThrow(failing('CLOSED', path))
    expect(() => file.bytes).toThrow(failing('CLOSED', path))
    expect(() => file.lock(0)).toThrow(failing('CLOSED', path))
  })

  it('can be renamed and removed when it was unmapped', () => {
    created().unmap()
    renameSync(path, `${path}.old`)
    rmSync(`${path}.old`)
    created()
  })
})

describe('a file that was opened for reading', () => {
  it('shows what is written, and hands out nothing that could be written to', async () => {
    const file = created(4098)
    const reader = opened({ access: 'read' })
    file.bytes.set([1, 2, 3, 4], 8)
    const bytes = new Uint8Array(4)
    reader.read(bytes, 8)
    expect([...bytes]).toEqual([1, 2, 3, 4])
    expect(reader.load(8)).toBe(0x04030201)
    expect(() => reader.buffer).toThrow(failing('ACCESS_DENIED', path))
    expect(() => reader.bytes).toThrow(failing('ACCESS_DENIED', path))
    expect(() => reader.load(4096)).toThrow(failing('LIMIT_EXCEEDED'))
    await expect(reader.flush()).rejects.toEqual(failing('ACCESS_DENIED', path))
  })

  it('can be what nobody may write', () => {
    writeFileSync(path, 'one coffee', { mode: 0o400 })
    const bytes = Buffer.alloc(10)
    opened({ access: 'read' }).read(bytes)
    expect(bytes.toString()).toBe('one coffee')
  })
})

describe('a lock in a mapped file', () => {
  it('is had once, until it is let go of or the file is closed', () => {
    const [file, same] = [created(), opened()]
    expect([file.lock(0), same.lock(0), same.lock(1), file.lock(1)]).toEqual([true, false, true, false])
    file.unlock(0)
    expect(same.lock(0)).toBe(true)
    same.unmap()
    expect([file.lock(0), file.lock(1)]).toEqual([true, true])
  })
})

describe('a C program', () => {
  it('maps the same file, and counts in it at the same time', async context => {
    const file = created()
    const words = new Int32Array(file.buffer)
    const program = startCPeer(context, 'file-mapping', ['add', path, '100000'])
    onTestFinished(() => void program.kill())
    await once(program.stdout ?? program, 'data')
    const exited = once(program, 'exit')
    program.stdin?.write('\n')
    for (let left = 100_000; left > 0; left -= 1) Atomics.add(words, 0, 1)
    expect(await exited).toEqual([0, null])
    expect(words[0]).toBe(200_000)
  })

  it('leaves a file, which is mapped when it has ended', async context => {
    const program = startCPeer(context, 'file-mapping', ['make', path])
    onTestFinished(() => void program.kill())
    expect(await once(program, 'exit')).toEqual([0, null])
    const integers = new Int32Array(opened().buffer)
    expect(integers).toHaveLength(2048)
    expect(integers.every((integer, index) => integer === index)).toBe(true)
  })
})
