import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { Event, Mutex, Semaphore } from '../../../src/native/synchronisation/index.js'
import { SharedMemory } from '../../../src/transports/shared-memory/index.js'
import { startCPeer } from '../../support/c-peer.js'
import { onSuiteFinished } from '../../support/finally.js'
import { SynchronisationPeer } from '../../support/synchronisation-peer.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const forAll = onSuiteFinished()
let runtimeFolder: string
/** Lives until the last test; who is to die before is started by the test. */
let other: SynchronisationPeer
let name: string

beforeAll(() => {
  runtimeFolder = temporaryFolder(forAll)
  other = new SynchronisationPeer(runtimeFolder, forAll)
})
beforeEach(() => {
  name = `sbtest.${randomUUID().slice(0, 8)}`
})

/** A process that the running test ends. */
const mortal = () => new SynchronisationPeer(runtimeFolder, onTestFinished)

function closing<T extends Disposable>(it: T): T {
  onTestFinished(() => it[Symbol.dispose]())
  return it
}

const openMutex = async (of = name) => closing(await Mutex.open(of, { runtimeFolder }))
const openSemaphore = async (of = name) => closing(await Semaphore.open(of, { runtimeFolder }))
const openEvent = async (of = name) => closing(await Event.open(of, { runtimeFolder }))

/** A C program that does `what` with what has this test's name. */
function foreign(context: TestContext, what: string, kind: string, ...args: string[]) {
  const systemName = process.platform === 'win32' ? name : join(runtimeFolder, 'sync', `${name}.${kind}`)
  const program = startCPeer(context, 'synchronisation', [what, systemName, ...args])
  onTestFinished(() => void program.kill())
  const exited = once(program, 'exit')
  const says = async () => String(await once(program.stdout ?? program, 'data')).trim()
  return { program, exited, says }
}

describe('synchronisation between processes', () => {
  it('makes plain reads and writes under a mutex exact, of two processes of ours and a C program', async context => {
    const mutex = await openMutex()
    const memory = closing(SharedMemory.create(`${name}.memory`, 4096))
    onTestFinished(() => memory.unlink())
    const words = new Int32Array(memory.buffer)
    const count = 200
    const theirs = other.ask({ mutex: name, add: count, memory: memory.name })
    const { exited } = foreign(context, 'add', 'mutex', memory.name, String(count))
    for (let left = count; left > 0; left -= 1) {
      using _ = await mutex.lock()
      words[0] = (words[0] ?? 0) + 1
    }
    expect([await theirs, await exited]).toEqual([{ done: undefined }, [0, null]])
    expect(words[0]).toBe(3 * count)
  })

  it('gives a mutex of an owner that was killed to one who waits, and tells him; what that one waited for is not lost', async () => {
    const [mutex, another] = [await openMutex(), await openMutex(`${name}.m`)]
    const [semaphore, event] = [await openSemaphore(`${name}.s`), await openEvent(`${name}.e`)]
    const held = await another.lock()
    const victim = mortal()
    expect(await victim.ask({ mutex: name, call: 'lock' })).toEqual({ done: { abandoned: false } })
    await victim.begin({ mutex: `${name}.m`, call: 'lock' })
    await victim.begin({ semaphore: `${name}.s`, call: 'acquire' })
    await victim.begin({ event: `${name}.e`, call: 'wait' })
    expect(mutex.tryLock()).toBeUndefined()
    const waiting = mutex.lock()
    await victim.kill()
    const lock = await waiting
    expect(lock.abandoned).toBe(true)
    const next = await other.begin({ mutex: name, call: 'lock' })
    lock.release()
    expect(await next()).toEqual({ done: { abandoned: false } })
    await other.ask({ mutex: name, call: 'release' })
    mutex.tryLock()?.release()

    held.release()
    semaphore.release()
    event.set()
    using again = await another.lock()
    expect(again.abandoned).toBe(false)
    await semaphore.acquire()
    await event.wait()
    expect([semaphore.tryAcquire(), event.tryWait()]).toEqual([false, false])
  })

  it('lets permits and signs of one process end the waits of the other', async () => {
    const [semaphore, event] = [await openSemaphore(`${name}.s`), await openEvent(`${name}.e`)]
    const acquired = await other.begin({ semaphore: `${name}.s`, call: 'acquire' })
    semaphore.release()
    expect(await acquired()).toEqual({ done: undefined })
    const waited = await other.begin({ event: `${name}.e`, call: 'wait' })
    event.set()
    expect(await waited()).toEqual({ done: undefined })
    const waits = [semaphore.acquire(), event.wait()]
    await other.ask({ semaphore: `${name}.s`, call: 'release' })
    await other.ask({ event: `${name}.e`, call: 'set' })
    await Promise.all(waits)
  })
})

describe('synchronisation with a C program', () => {
  it('tells of a mutex that the other one left behind, by a kill and by process.exit', async context => {
    const mutex = await openMutex()
    const leaving = foreign(context, 'mutex', 'mutex')
    expect(await leaving.says()).toBe('locked')
    const waiting = mutex.lock()
    leaving.program.kill('SIGKILL')
    const lock = await waiting
    expect(lock.abandoned).toBe(true)
    lock.release()

    const owner = mortal()
    await owner.ask({ mutex: name, call: 'lock' })
    // No wait keeps it from ending.
    const held = await (await openMutex(`${name}.m`)).lock()
    await owner.begin({ mutex: `${name}.m`, call: 'lock' })
    await owner.begin({ semaphore: `${name}.s`, call: 'acquire' })
    const heir = foreign(context, 'mutex', 'mutex')
    owner.tell({ end: 'exit' })
    expect(await owner.exited).toEqual([0, null])
    held.release()
    expect(await heir.says()).toBe('abandoned')
    expect(mutex.tryLock()).toBeUndefined()
    heir.program.stdin?.write('\n')
    expect(await heir.exited).toEqual([0, null])
    const free = await mutex.lock()
    expect(free.abandoned).toBe(false)
    free.release()
  })

  it('counts permits together', async context => {
    const semaphore = await openSemaphore()
    const acquiring = foreign(context, 'acquire', 'semaphore')
    semaphore.release()
    expect([await acquiring.says(), await acquiring.exited]).toEqual(['done', [0, null]])
    expect(semaphore.tryAcquire()).toBe(false)
    const wait = semaphore.acquire()
    await foreign(context, 'release', 'semaphore').exited
    await wait
  })

  it('exchanges signs', async context => {
    const event = await openEvent()
    const waiting = foreign(context, 'wait', 'event')
    event.set()
    expect([await waiting.says(), await waiting.exited]).toEqual(['done', [0, null]])
    expect(event.tryWait()).toBe(false)
    const wait = event.wait()
    await foreign(context, 'set', 'event').exited
    await wait
  })
})

it('a process whose waits end because it closes what it waits for ends by itself', async () => {
  const mutex = await openMutex()
  using _ = await mutex.lock()
  await other.begin({ mutex: name, call: 'lock' })
  await other.begin({ semaphore: `${name}.s`, call: 'acquire' })
  await other.begin({ event: `${name}.e`, call: 'wait' })
  other.tell({ end: 'close' })
  expect(await other.exited).toEqual([0, null])
})
