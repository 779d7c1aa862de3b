import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { FileMapping } from '../../src/transports/file-mapping/index.js'
import { skipUnless } from '../support/capability.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const SOMEBODY_ELSE = 65_534

let path: string

beforeEach(() => {
  path = join(temporaryFolder(), 'prices.map')
})

function created(bytes = 4096): FileMapping {
  const file = FileMapping.create(path, bytes)
  onTestFinished(() => file.close())
  return file
}

const failing = (code: string, words: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(words) })

describe('a mapped file on POSIX', () => {
  it('is open to its user only, and has all of its room from the beginning', () => {
    created(1_000_000)
    const { mode, size, blocks } = statSync(path)
    expect([mode & 0o777, size]).toEqual([0o600, 1_000_000])
    expect(blocks * 512).toBeGreaterThanOrEqual(1_000_000)
  })

  it('leaves no view that could crash, and what is written to a closed one is in no file', () => {
    const file = created()
    const view = new Uint8Array(file.buffer)
    file.close()
    view[0] = 1
    using same = FileMapping.open(path)
    expect(same.bytes[0]).toBe(0)
  })

  it('is none behind a link, nor in the place of a pipe', () => {
    created()
    symlinkSync(path, `${path}.link`)
    expect(() => FileMapping.open(`${path}.link`)).toThrow(failing('ADDRESS_INVALID', `${path}.link`))
    spawnSync('mkfifo', [`${path}.pipe`])
    expect(() => FileMapping.open(`${path}.pipe`)).toThrow(failing('ADDRESS_INVALID', `${path}.pipe`))
  })

  it('is not created where the disk has no room, and nothing of it stays', () => {
    expect(() => FileMapping.create(path, 2 ** 52)).toThrow(failing('LIMIT_EXCEEDED', path))
    expect(() => FileMapping.open(path)).toThrow(failing('NO_LISTENER', path))
  })

  it('of another user is opened by who says so', context => {
    skipUnless(context, process.geteuid?.() === 0, 'file-mapping: only root can give files away')
    created()
    chownSync(path, SOMEBODY_ELSE, SOMEBODY_ELSE)
    chmodSync(path, 0o666)
    expect(() => FileMapping.open(path)).toThrow(failing('ACCESS_DENIED', `user ${SOMEBODY_ELSE}`))
    using same = FileMapping.open(path, { owner: 'anyone' })
    expect(same.size).toBe(4096)
  })
})
