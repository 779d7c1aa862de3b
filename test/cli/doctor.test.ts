import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Finding } from '../../src/cli/doctor/finding.js'
import { findLeftOvers } from '../../src/cli/doctor/remains.js'
import { parseAddress } from '../../src/core/contracts/index.js'
import { SharedMemory } from '../../src/native/shared-memory.js'
import { createTestContext } from '../../src/testing/index.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { runCommand } from '../support/command.js'
import { crash } from '../support/fixture.js'
import { rounds } from '../support/scale.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const fixture = resolve(import.meta.dirname, '../fixtures/doctor/owner.mjs')
const onWindows = process.platform === 'win32'

function startOwner(folder: string, ...args: string[]): ChildProcess {
  const owner = fork(fixture, [folder, ...args], { execArgv: [] })
  onTestFinished(() => crash(owner))
  return owner
}

/** A process with one of everything, and what it has. */
async function settledOwner(folder: string) {
  const owner = startOwner(folder)
  const [{ segment, address }] = await once(owner, 'message')
  const entry = join(folder, 'nodes', '%4Frders', `owner-${owner.pid}.json`)
  const socket = join(folder, `signalbox.owner-${owner.pid}.sock`)
  const files = onWindows ? [entry] : [entry, socket, join('/dev/shm', segment)]
  return { owner, segment: String(segment), address: String(address), files }
}

/** What the doctor says, beside what others on this machine leave behind at this moment. */
async function doctor(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json', ...args], { folder })
  expect(stderr).toBe('')
  const all: Finding[] = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(code).toBe(all.some(({ state }) => state === 'left over' || state === 'fault') ? 1 : 0)
  const of = (state: Finding['state'], names: readonly string[]) =>
    all.filter(finding => finding.state === state && names.includes(finding.name)).map(({ name }) => name)
  return { code, all, of }
}

/** Any process of this user that begins to listen may have removed the memory of a dead one by now. */
const stillThere = (files: readonly string[]) => files.filter(file => existsSync(file)).sort()

describe('signalbox doctor', () => {
  it('tells what is usable, and why not', async () => {
    const folder = temporaryFolder()
    const { all } = await doctor(folder)
    expect(all).toContainEqual(
      expect.objectContaining({ about: 'runtime folder', name: folder, state: 'ok' }),
    )
    expect(all).toContainEqual(expect.objectContaining({ about: 'native calls', state: 'ok' }))
    expect(all).toContainEqual(expect.objectContaining({ about: 'transport', name: 'tcp', state: 'ok' }))
    const mailslot = onWindows ? { state: 'ok' } : { state: 'note', says: expect.stringContaining('Windows') }
    expect(all).toContainEqual(expect.objectContaining({ about: 'transport', name: 'mailslot', ...mailslot }))
  })

  it('finds what a killed process left, tells it, and removes it only when asked', async () => {
    const folder = temporaryFolder()
    const { owner, files } = await settledOwner(folder)
    await crash(owner)
    const told = await doctor(folder)
    expect(told.of('left over', files)).toEqual(expect.arrayContaining(stillThere(files)))
    expect(told.of('left over', files).length).toBeGreaterThan(0)
    expect(told.code).toBe(1)
    const fixed = await doctor(folder, '--fix')
    expect(fixed.of('removed', files).length).toBeGreaterThan(0)
    expect(fixed.code).toBe(0)
    expect(stillThere(files)).toEqual([])
    const after = await doctor(folder)
    expect(after.all.filter(({ name }) => files.includes(name))).toEqual([])
  })

  it('touches nothing of a living process', async () => {
    const folder = temporaryFolder()
    const { segment, address, files } = await settledOwner(folder)
    const { all } = await doctor(folder, '--fix')
    expect(all.filter(({ name }) => files.includes(name))).toEqual([])
    expect(stillThere(files)).toEqual([...files].sort())
    using _memory = SharedMemory.open(segment)
    const connection = await namedPipe().connect(parseAddress(address), createTestContext(folder))
    await connection.close()
  })

  it('leaves what it does not know alone', async () => {
    const folder = temporaryFolder()
    const notes = ['notes.txt', 'orders.sock', '77.draft']
    for (const file of notes) writeFileSync(join(folder, file), 'mine')
    await doctor(folder, '--fix')
    expect(readdirSync(folder).sort()).toEqual(notes.sort())
  })

  it('prints a table for people', async () => {
    const { code, stdout } = await runCommand(['doctor', '--fix'], { folder: temporaryFolder() })
    expect(code).toBe(0)
    expect(stdout).toMatch(/│ runtime folder +│/)
  })
})

describe('what is left of a process', () => {
  it('is found and removed, at whatever step it was killed', async () => {
    const folder = temporaryFolder()
    for (const round of rounds(6, 200)) {
      const owner = startOwner(folder, 'restless')
      // Each step of a cycle is some round's last one.
      for (let step = 0; step <= round % 6; step += 1) await once(owner, 'message')
      await crash(owner)
      for (const leftOver of await findLeftOvers(folder)) {
        if (leftOver.whose === 'this user') expect(await leftOver.remove(), leftOver.name).toBe(true)
      }
      expect(readdirSync(folder, { recursive: true }), `round ${round}`).toEqual(
        expect.not.arrayContaining([expect.stringMatching(/[.](?:sock|lock|json|claim|draft)$/)]),
      )
      if (!onWindows) {
        const segments = readdirSync('/dev/shm').filter(name => name.startsWith(`signalbox.${owner.pid}.`))
        expect(segments, `round ${round}`).toEqual([])
      }
    }
  })
})
