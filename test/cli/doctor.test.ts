import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Finding } from '../../src/cli/doctor/finding.js'
import { findLeftOvers } from '../../src/cli/doctor/remains.js'
import { parseAddress } from '../../src/core/contracts/index.js'
import { SharedMemory } from '../../src/native/shared-memory.js'
import { createTestContext } from '../../src/testing/index.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import type { Belongings } from '../peers/owner.js'
import { runCommand } from '../support/command.js'
import { crash } from '../support/fixture.js'
import { forkPeer } from '../support/peer.js'
import { rounds } from '../support/scale.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const onWindows = process.platform === 'win32'
/** After each of which an owner's state is another one. */
const STEPS = 8
/** Every start of a process costs seconds under Wine. */
const LIVES = onWindows ? 3 : STEPS

function startOwner(folder: string, ...args: string[]): ChildProcess {
  const owner = forkPeer('owner', [folder, ...args])
  onTestFinished(() => crash(owner))
  return owner
}

/** A process with one of everything, and what it has. */
async function settledOwner(folder: string) {
  const owner = startOwner(folder)
  const [belongings] = await once(owner, 'message')
  const { segment, file, address }: Belongings = belongings
  const entry = join(folder, 'nodes', '%4Frders', `owner-${owner.pid}.json`)
  const socket = join(folder, `signalbox.owner-${owner.pid}.sock`)
  const mapped = join(folder, 'file-mapping', file)
  const files = onWindows ? [entry, mapped] : [entry, mapped, socket, join('/dev/shm', segment)]
  return { owner, segment, address, files }
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
    all.filter(finding => finding.state === state && names.includes(finding.name))
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
    const found = told.of('left over', files)
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(stillThere(files)))
    // Nobody else looks for the entries and the mapped files of this folder.
    const says = `left by process ${owner.pid}, which has ended; --fix removes it`
    for (const about of ['entry of a node', 'file of memory']) {
      expect(found).toContainEqual(expect.objectContaining({ about, says }))
    }
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
    for (const round of rounds(LIVES, 200)) {
      const owner = startOwner(folder, 'restless')
      // Each step of a cycle is some life's last one, and the first few lives are far apart.
      for (let step = 0; step <= (round * 3) % STEPS; step += 1) await once(owner, 'message')
      await crash(owner)
      for (const leftOver of await findLeftOvers(folder)) {
        if (leftOver.whose === 'this user') expect(await leftOver.remove(), leftOver.name).toBe(true)
      }
      expect(readdirSync(folder, { recursive: true }), `round ${round}`).toEqual(
        expect.not.arrayContaining([
          expect.stringMatching(/[.](?:sock|lock|json|claim|draft)$|file-mapping.signalbox/),
        ]),
      )
      if (!onWindows) {
        const segments = readdirSync('/dev/shm').filter(name => name.startsWith(`signalbox.${owner.pid}.`))
        expect(segments, `round ${round}`).toEqual([])
      }
    }
  })
})
