import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { reportLeftOver } from '../../../src/cli/doctor/remains.js'
import { synchronisationLeftOvers } from '../../../src/native/posix/named-left-overs.js'
import { Event, Mutex, Semaphore } from '../../../src/native/synchronisation/index.js'
import { SynchronisationPeer } from '../../support/synchronisation-peer.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let runtimeFolder: string
let folder: string
beforeEach(() => {
  runtimeFolder = temporaryFolder()
  folder = join(runtimeFolder, 'sync')
})

const openOne = () =>
  Promise.all([Mutex, Semaphore, Event].map(kind => kind.open('orders', { runtimeFolder })))
const report = (fix: boolean) =>
  Promise.all(synchronisationLeftOvers(runtimeFolder).map(leftOver => reportLeftOver(leftOver, fix)))

describe('the files of synchronisation', () => {
  it('go with the last one who closes what they are for', async () => {
    const [first, second] = [await openOne(), await openOne()]
    for (const each of first) each.close()
    expect(readdirSync(folder).sort()).toEqual([
      'orders.event',
      'orders.event.bell',
      'orders.mutex',
      'orders.semaphore',
      'orders.semaphore.bell',
    ])
    for (const each of second) each.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of a mutex stay as long as a lock is held, also when it was closed', async () => {
    const mutex = await Mutex.open('orders', { runtimeFolder })
    const lock = await mutex.lock()
    mutex.close()
    expect(readdirSync(folder)).toEqual(['orders.mutex'])
    expect(await report(true)).toEqual([])
    lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('that a killed process leaves are told by the doctor, and removed when nobody else uses them', async () => {
    const name = `sbtest.${randomUUID().slice(0, 8)}`
    const victim = new SynchronisationPeer(runtimeFolder, onTestFinished)
    const held = await Mutex.open(`${name}.held`, { runtimeFolder })
    const lock = await held.lock()
    await victim.ask({ semaphore: `${name}.s`, call: 'open' })
    await victim.ask({ event: `${name}.e`, call: 'open' })
    await victim.ask({ mutex: `${name}.abandoned`, call: 'lock' })
    await victim.begin({ mutex: `${name}.held`, call: 'lock' })
    expect(await report(true)).toEqual([])
    await victim.kill()

    const what = (about: string, file: string) => ({ about, name: join(folder, `${name}.${file}`) })
    const abandoned = {
      ...what('mutex', 'abandoned.mutex'),
      state: 'note',
      says: expect.stringContaining('next owner'),
    }
    for (const [fix, state] of [
      [false, 'left over'],
      [true, 'removed'],
    ] as const) {
      const found = await report(fix)
      expect(found).toHaveLength(3)
      expect(found).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ ...what('semaphore', 's.semaphore'), state }),
          expect.objectContaining({ ...what('event', 'e.event'), state }),
          abandoned,
        ]),
      )
    }
    expect(readdirSync(folder).sort()).toEqual([`${name}.abandoned.mutex`, `${name}.held.mutex`])

    lock.release()
    held.close()
    const heir = await Mutex.open(`${name}.abandoned`, { runtimeFolder })
    const next = await heir.lock()
    expect(next.abandoned).toBe(true)
    next.release()
    heir.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('that somebody opens just before they are removed stay; a bell alone goes, and what is no such file is left alone', async () => {
    mkdirSync(folder, { mode: 0o700 })
    const others = ['notes.txt', 'orders.mutex', 'orders.bell']
    for (const other of others) writeFileSync(join(folder, other), 'mine')
    const alone = await Semaphore.open('alone', { runtimeFolder })
    writeFileSync(join(folder, 'lost.event.bell'), '')
    writeFileSync(join(folder, 'taken.semaphore'), '')
    const found = synchronisationLeftOvers(runtimeFolder)
    expect(found.map(({ name }) => name).sort()).toEqual([
      join(folder, 'lost.event'),
      join(folder, 'taken.semaphore'),
    ])
    using taken = await Semaphore.open('taken', { runtimeFolder, count: 1 })
    const gone = await Promise.all(
      found.map(async each => each.whose === 'this user' && (await each.remove())),
    )
    expect(gone.sort()).toEqual([false, true])
    expect(taken.tryAcquire()).toBe(true)
    alone.close()
    taken.close()
    expect(readdirSync(folder).sort()).toEqual(others.sort())
  })
})
