import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { firstValueFrom } from 'rxjs'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { TransportContext } from '../../../src/core/contracts/index.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { BroadcastRing, type RingOptions } from '../../../src/transports/broadcast-ring/index.js'
import { writeNumbered } from '../../peers/numbered-packet.js'
import { forkPeer } from '../../support/peer.js'
import { scaled } from '../../support/scale.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

/** What a reader tells of what it heard. */
interface Found {
  readonly heard: number
  readonly lost: number
  readonly last: number
  readonly wrong: number
  readonly end: string
}

const MESSAGES = scaled(5000, 500_000)
const smallest = { ring: 64 * 1024, keep: 64 * 1024, largest: 64 * 1024 }

let context: TransportContext
beforeEach(() => {
  context = createTestContext(temporaryFolder())
})

async function create(options: RingOptions): Promise<BroadcastRing> {
  const ring = await BroadcastRing.create('prices', context, { ...smallest, ...options })
  onTestFinished(() => ring.close())
  return ring
}

/** A reader in a process of its own, which hears the ring when this returns. */
async function reader(
  how: 'hear' | 'stall',
  every = 1,
): Promise<{ peer: ChildProcess; found: Promise<Found> }> {
  const peer = forkPeer('broadcast-ring', [context.runtimeFolder, 'prices', how, String(every)])
  onTestFinished(() => void peer.kill('SIGKILL'))
  expect((await once(peer, 'message'))[0]).toBe('hears')
  return { peer, found: once(peer, 'message').then(([found]) => found as Found) }
}

/** Sends that many messages, every other one in place, as room comes. */
async function send(ring: BroadcastRing, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const message = writeNumbered(number)
    while (number % 2 === 0 ? !inPlace(ring, message) : ring.publish(message) === 'full') {
      await firstValueFrom(ring.writable$)
    }
    if (number % 64 === 0) await new Promise(setImmediate)
  }
}

function inPlace(ring: BroadcastRing, message: Uint8Array): boolean {
  using loan = ring.loan(message.length)
  loan?.bytes.set(message)
  return loan?.publish() === 'sent'
}

describe('a ring with three readers of different speeds in processes of their own', () => {
  it('that blocks shows each of them every message, whole and in order', async () => {
    const ring = await create({ slow: 'block', patience: 100_000 })
    const readers = [await reader('hear', 1000), await reader('hear', 10), await reader('hear', 1)]
    expect(ring.readers).toBe(3)
    await send(ring, MESSAGES)
    await ring.close()
    for (const { found } of readers) {
      expect(await found).toEqual({ heard: MESSAGES, lost: 0, last: MESSAGES - 1, wrong: 0, end: 'peer' })
    }
  })

  it('that drops never waits for one, and tells it exactly what it lost', async () => {
    const ring = await create({ slow: 'drop' })
    const readers = [await reader('hear', 1000), await reader('hear', 10), await reader('hear', 1)]
    const stalled = await reader('stall')
    for (let number = 0; number < MESSAGES; number++) {
      // What is kept in place is nothing that could be dropped: only that may refuse a large message.
      while (ring.publish(writeNumbered(number)) === 'full') await firstValueFrom(ring.writable$)
      if (number % 64 === 0) await new Promise(setImmediate)
    }
    await ring.close()
    for (const { found } of readers) {
      const { heard, lost, last, wrong, end } = await found
      expect({ wrong, last, end }).toEqual({ wrong: 0, last: MESSAGES - 1, end: 'peer' })
      expect(heard + lost).toBe(MESSAGES)
    }
    stalled.peer.kill('SIGKILL')
  })

  it('that evicts cuts off the one that reads nothing, which hears why, and others come and miss nothing', async () => {
    const ring = await create({ slow: 'evict' })
    const stalled = await reader('stall')
    for (let number = 0; ring.readers > 0; number++) ring.publish(writeNumbered(number))
    expect(await stalled.found).toMatchObject({ heard: 0, end: 'OVERFLOW' })
    const other = await reader('hear')
    await send(ring, 10) // as many as there is room for, however slow it is
    await ring.close()
    expect(await other.found).toEqual({ heard: 10, lost: 0, last: 9, wrong: 0, end: 'peer' })
  })

  it('that blocks waits for one that reads nothing as long as it was told, and then goes on without it', async () => {
    const ring = await create({ slow: 'block', patience: 200 })
    const stalled = await reader('stall')
    await send(ring, 500)
    expect(await stalled.found).toMatchObject({ heard: 0, end: 'OVERFLOW' })
    expect(ring.readers).toBe(0)
  })
})
