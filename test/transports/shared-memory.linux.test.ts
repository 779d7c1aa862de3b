import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SharedMemory } from '../../src/native/shared-memory.js'
import { skipUnless } from '../support/capability.js'

const built = resolve(import.meta.dirname, '../../dist/native/shared-memory.js')
const SOMEBODY_ELSE = 65_534
const isRoot = process.geteuid?.() === 0

function created(bytes = 4096): SharedMemory {
  const memory = SharedMemory.create(`sbtest.${randomUUID().slice(0, 8)}`, bytes)
  onTestFinished(() => {
    memory.unlink()
    memory.close()
  })
  return memory
}

/**
 * Runs `attempt` with SharedMemory, as a module in a process of its own, and returns what it prints. It becomes another user
 * only when all is loaded: nobody else may be allowed to read these files.
 */
function printed(attempt: string, command: readonly string[] = [], uid?: number): string {
  const program = `
    const { SharedMemory } = await import(process.argv[1])
    const uid = process.argv[2]
    if (uid !== undefined) {
      const first = SharedMemory.create('sbtest.' + process.pid, 1)
      SharedMemory.open(first.name).close()
      first.unlink()
      first.close()
      process.setuid(Number(uid))
    }
    try { ${attempt} } catch (error) { console.log(error.code + ' ' + error.message) }`
  const [file = process.execPath, ...args] = [
    ...command,
    process.execPath,
    '--input-type=module',
    '-e',
    program,
    built,
    ...(uid === undefined ? [] : [String(uid)]),
  ]
  const { stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.trim()
}

describe('shared memory on Linux', () => {
  it('is open to its user only, and has all of its room from the beginning', () => {
    const memory = created(1 << 20)
    const { mode, blocks, size } = statSync(`/dev/shm/${memory.name}`)
    expect((mode & 0o777).toString(8)).toBe('600')
    expect(size).toBe(1 << 20)
    expect(blocks * 512).toBeGreaterThanOrEqual(size)
  })

  it('can be what another program left there, of any length', () => {
    const name = `sbtest.${randomUUID().slice(0, 8)}`
    writeFileSync(`/dev/shm/${name}`, 'foreign', { mode: 0o600 })
    using memory = SharedMemory.open(name)
    onTestFinished(() => memory.unlink())
    expect(Buffer.from(memory.buffer).toString()).toBe('foreign')
  })

  it('is no longer than 255 bytes by its name', () => {
    expect(() => SharedMemory.create('n'.repeat(256), 4096)).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    )
  })

  it('of another user is not opened unasked, and it is said whose it is', test => {
    skipUnless(test, isRoot, 'only root can be two users')
    const memory = created()
    chownSync(`/dev/shm/${memory.name}`, SOMEBODY_ELSE, SOMEBODY_ELSE)
    expect(() => SharedMemory.open(memory.name)).toThrow(
      expect.objectContaining({
        code: 'ACCESS_DENIED',
        message: expect.stringContaining(`user ${SOMEBODY_ELSE}`),
      }),
    )
    using same = SharedMemory.open(memory.name, { owner: 'anyone' })
    expect(same.size).toBe(memory.size)
  })

  it('cannot be opened by another user, who is told whose it is', test => {
    skipUnless(test, isRoot, 'only root can be two users')
    const { name } = created()
    expect(printed(`SharedMemory.open('${name}')`, [], SOMEBODY_ELSE)).toMatch(/^ACCESS_DENIED .*user 0/)
    expect(printed(`SharedMemory.create('${name}', 4096)`, [], SOMEBODY_ELSE)).toMatch(
      /^ADDRESS_IN_USE .*user 0/,
    )
  })

  it('is refused at its creation where there is no room for it, and leaves nothing', test => {
    skipUnless(test, isRoot, 'only root can be two users')
    const inSmallRoom = [
      'unshare',
      '-m',
      'sh',
      '-c',
      'mount -t tmpfs -o size=1m tmpfs /dev/shm && "$0" "$@" && ls /dev/shm',
    ]
    const output = printed(`SharedMemory.create('large', 2 ** 21)`, inSmallRoom)
    expect(output).toMatch(/^LIMIT_EXCEEDED .*\/dev\/shm has no room for 2097152 B[^\n]*$/)
    expect(printed(`console.log(SharedMemory.create('small', 2 ** 19).size)`, inSmallRoom)).toBe(
      '524288\nsmall',
    )
  })
})
