import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  Event,
  type EventOptions,
  Mutex,
  Semaphore,
  type SemaphoreOptions,
} from '../../../src/native/synchronisation/index.js'
import { SeededRandom } from '../../../src/testing/index.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../../support/until.js'

const freshName = () => `sbtest.${randomUUID().slice(0, 8)}`
const code = (expected: string, words = '') =>
  expect.objectContaining({ code: expected, message: expect.stringContaining(words) })
const nextTurn = () => new Promise(setImmediate)

async function mutexes(count: number): Promise<Mutex[]> {
  const [name, runtimeFolder] = [freshName(), temporaryFolder()]
  return Promise.all(
    Array.from({ length: count }, async () => closing(await Mutex.open(name, { runtimeFolder }))),
  )
}

async function semaphore(options: SemaphoreOptions, name = freshName()): Promise<Semaphore> {
  return closing(await Semaphore.open(name, { runtimeFolder: temporaryFolder(), ...options }))
}

async function event(options: EventOptions = {}): Promise<Event> {
  return closing(await Event.open(freshName(), { runtimeFolder: temporaryFolder(), ...options }))
}

function closing<T extends Disposable>(it: T): T {
  onTestFinished(() => it[Symbol.dispose]())
  return it
}

/** Chance of a seed that is printed. */
function seeded(): SeededRandom {
  const seed = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 1_000_000)
  console.info(`synchronisation: seed ${seed}`)
  return new SeededRandom(seed)
}

/** What has become of a promise by now. */
async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'settled'> {
  let state: 'pending' | 'settled' = 'pending'
  promise.then(
    () => (state = 'settled'),
    () => (state = 'settled'),
  )
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  return state
}

describe('a mutex', () => {
  it('has one owner at a time, whoever opened it, and is free when it is released', async () => {
    const [one, other] = (await mutexes(2)) as [Mutex, Mutex]
    const lock = one.tryLock()
    expect(lock?.abandoned).toBe(false)
    expect([one.tryLock(), other.tryLock()]).toEqual([undefined, undefined])
    lock?.release()
    lock?.release()
    using again = other.tryLock()
    expect(again?.abandoned).toBe(false)
    expect(one.tryLock()).toBeUndefined()
  })

  it('is waited for without blocking, by many, and each has it once', async () => {
    const all = await mutexes(4)
    let owners = 0
    let turns = 0
    const each = async (mutex: Mutex) => {
      for (let round = 0; round < 5; round += 1) {
        using lock = await mutex.lock()
        expect([++owners, lock.abandoned]).toEqual([1, false])
        await nextTurn()
        owners -= 1
        turns += 1
      }
    }
    await Promise.all(all.map(each))
    expect(turns).toBe(20)
  })

  it('is no longer waited for by one who gave up, or closed it', async () => {
    const [owner, waiter, closer] = (await mutexes(3)) as [Mutex, Mutex, Mutex]
    const lock = await owner.lock()
    const givingUp = new AbortController()
    const waits = [waiter.lock({ signal: givingUp.signal }), closer.lock(), waiter.lock()] as const
    const given = expect(waits[0]).rejects.toEqual(code('ABORTED', waiter.name))
    const closed = expect(waits[1]).rejects.toEqual(code('CLOSED', closer.name))
    expect(await stateOf(Promise.race(waits))).toBe('pending')
    givingUp.abort()
    closer.close()
    closer.close()
    await Promise.all([given, closed])
    lock.release()
    using _ = await waits[2]
    await expect(waiter.lock({ signal: AbortSignal.abort() })).rejects.toEqual(code('ABORTED'))
    expect(() => closer.tryLock()).toThrow(code('CLOSED'))
  })

  it('stays held when it is closed, until the lock is released', async () => {
    const [owner, other] = (await mutexes(2)) as [Mutex, Mutex]
    const lock = await owner.lock()
    owner.close()
    expect(other.tryLock()).toBeUndefined()
    lock.release()
    other.tryLock()?.release()
  })

  it('is owned by one, however many give up while it changes hands', async () => {
    const random = seeded()
    const all = await mutexes(6)
    let owners = 0
    const each = async (mutex: Mutex) => {
      for (let round = 0; round < 12; round += 1) {
        const givingUp = new AbortController()
        for (let turns = random.below(7), turn = 0; turn < turns; turn += 1) await nextTurn()
        const locked = mutex.lock({ signal: givingUp.signal }).catch(() => undefined)
        if (random.below(2) === 0) setImmediate(() => givingUp.abort())
        using lock = await locked
        if (lock === undefined) continue
        expect([++owners, lock.abandoned]).toEqual([1, false])
        if (random.below(2) === 0) await nextTurn()
        owners -= 1
      }
    }
    await Promise.all(all.map(each))
    all[0]?.tryLock()?.release()
    using lock = await all[0]?.lock()
    expect(lock?.abandoned).toBe(false)
  })
})

describe('a semaphore', () => {
  it('has as many permits as it was made with, and as are released, up to its maximum', async () => {
    const places = await semaphore({ count: 2, maximum: 3 })
    expect([places.tryAcquire(), places.tryAcquire(), places.tryAcquire()]).toEqual([true, true, false])
    places.release(3)
    expect(() => places.release()).toThrow(code('LIMIT_EXCEEDED', places.name))
    expect(() => places.release(0)).toThrow(code('LIMIT_EXCEEDED'))
    for (let left = 3; left > 0; left -= 1) await places.acquire()
    expect(places.tryAcquire()).toBe(false)
  })

  it('cannot have counts like these', async () => {
    for (const options of [{ count: -1 }, { count: 2, maximum: 1 }, { maximum: 2 ** 31 }, { count: 0.5 }]) {
      await expect(Semaphore.open(freshName(), options)).rejects.toEqual(code('LIMIT_EXCEEDED'))
    }
  })

  it('lets as many go on as permits are released', async () => {
    const work = await semaphore({})
    let done = 0
    const waits = Array.from({ length: 5 }, () => work.acquire().then(() => (done += 1)))
    expect(await stateOf(Promise.race(waits))).toBe('pending')
    work.release(3)
    await until(() => done === 3)
    expect(await stateOf(Promise.all(waits))).toBe('pending')
    work.release(2)
    await Promise.all(waits)
    expect(work.tryAcquire()).toBe(false)
  })

  it('loses no permit to those who give up, whenever they do', async () => {
    const random = seeded()
    const work = await semaphore({})
    let acquired = 0
    const released = 60
    const waits = Array.from({ length: released }, async () => {
      const givingUp = new AbortController()
      const wait = work.acquire({ signal: givingUp.signal })
      for (let turns = random.below(9), turn = 0; turn < turns; turn += 1) await nextTurn()
      work.release()
      if (random.below(2) === 0) await nextTurn()
      givingUp.abort()
      await wait.then(
        () => (acquired += 1),
        () => {},
      )
    })
    await Promise.all(waits)
    for (; acquired < released; acquired += 1) await work.acquire()
    expect(work.tryAcquire()).toBe(false)
  })

  it('ends its waits when it is closed', async () => {
    const work = await semaphore({})
    const wait = expect(work.acquire()).rejects.toEqual(code('CLOSED', work.name))
    work.close()
    await wait
    expect(() => work.release()).toThrow(code('CLOSED'))
  })

  it('is made anew when nobody had it open any more', async () => {
    const [name, runtimeFolder] = [freshName(), temporaryFolder()]
    const first = await semaphore({ count: 3, runtimeFolder }, name)
    const second = await semaphore({ count: 1, runtimeFolder }, name)
    expect([second.tryAcquire(), second.tryAcquire(), second.tryAcquire(), first.tryAcquire()]).toEqual([
      true,
      true,
      true,
      false,
    ])
    first.close()
    second.close()
    const third = await semaphore({ count: 1, runtimeFolder }, name)
    expect([third.tryAcquire(), third.tryAcquire()]).toEqual([true, false])
  })
})

describe('an event', () => {
  it('that resets itself ends one wait, the first one also if it begins later', async () => {
    const sign = await event()
    expect(sign.tryWait()).toBe(false)
    sign.set()
    await sign.wait()
    const waits = [sign.wait(), sign.wait()]
    sign.set()
    await Promise.race(waits)
    expect(await stateOf(Promise.all(waits))).toBe('pending')
    sign.set()
    await Promise.all(waits)
    sign.set()
    sign.reset()
    expect(sign.tryWait()).toBe(false)
  })

  it('that is reset by hand ends all waits until it is', async () => {
    const sign = await event({ reset: 'manual' })
    const waits = [sign.wait(), sign.wait(), sign.wait()]
    sign.set()
    await Promise.all(waits)
    await sign.wait()
    sign.reset()
    expect(sign.tryWait()).toBe(false)
    const ended = expect(sign.wait()).rejects.toEqual(code('CLOSED', sign.name))
    sign.close()
    await ended
  })

  it('can be set at first, and given up', async () => {
    const sign = await event({ set: true })
    await sign.wait()
    const wait = sign.wait({ signal: AbortSignal.timeout(1) })
    await expect(wait).rejects.toEqual(code('ABORTED', sign.name))
  })
})

it('a name that no file could have, or no object of the system, is refused', async () => {
  const runtimeFolder = temporaryFolder()
  const unusable = process.platform === 'win32' ? ['', 'a\\b'] : ['', 'a/b', 'nul\0', 'n'.repeat(201)]
  for (const name of unusable) {
    await expect(Mutex.open(name, { runtimeFolder })).rejects.toEqual(code('ADDRESS_INVALID'))
    await expect(Event.open(name, { runtimeFolder })).rejects.toEqual(code('ADDRESS_INVALID'))
  }
})
