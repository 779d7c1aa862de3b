import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { firstValueFrom } from 'rxjs'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { formatAddress, type TransportContext } from '../../../src/core/contracts/index.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { BroadcastRing, broadcastRing } from '../../../src/transports/broadcast-ring/index.js'
import { readNumbered, writeNumbered } from '../../peers/numbered-packet.js'
import { forkPeer } from '../../support/peer.js'
import { rounds } from '../../support/scale.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../../support/until.js'

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Math.floor(Math.random() * 1_000_000))
/** Of each kind; every start of a process costs seconds under Wine, and where much else runs. */
const KILLS = process.platform === 'win32' ? 1 : 4
/** Messages after which somebody is killed, at most. */
const MOST = 2000
const smallest = { ring: 64 * 1024, keep: 64 * 1024, largest: 64 * 1024 }

let context: TransportContext
let random: SeededRandom
let pids: (number | undefined)[]
beforeEach(() => {
  context = createTestContext(temporaryFolder())
  random = new SeededRandom(seed)
  pids = [process.pid]
  console.info(`kills over broadcast rings: seed ${seed}`)
})

function start(name: string, how: string, detail = '1'): ChildProcess {
  const peer = forkPeer('broadcast-ring', [context.runtimeFolder, name, how, detail])
  pids.push(peer.pid)
  onTestFinished(() => void peer.kill('SIGKILL'))
  return peer
}

async function kill(peer: ChildProcess): Promise<void> {
  const exited = once(peer, 'exit')
  peer.kill('SIGKILL')
  await exited
}

/** The names of memory that the processes of this test made. */
function leftOver(): string[] {
  if (process.platform !== 'linux') return [] // Windows takes memory away with its last process
  return readdirSync('/dev/shm').filter(name => pids.some(pid => name.startsWith(`signalbox.${pid}.`)))
}

it('a reader that is killed frees its place and all that it had, whatever it was at', async () => {
  const ring = await BroadcastRing.create('readers', context, { ...smallest, patience: 600_000 })
  onTestFinished(() => ring.close())
  for (const _ of rounds(KILLS, 350, 1 / 3)) {
    const peer = start('readers', 'hear')
    await once(peer, 'message')
    const most = random.below(MOST)
    let dead: Promise<void> | undefined
    for (let number = 0; ring.readers > 0; number++) {
      const message = writeNumbered(number)
      while (ring.publish(message) === 'full') await firstValueFrom(ring.writable$)
      if (number >= most) dead ??= kill(peer)
      if (number % 16 === 0) await new Promise(setImmediate)
    }
    await dead
  }
  // The whole pool is there again.
  for (let blocks = 0; blocks < 2; blocks++) expect(ring.loan(60_000)?.publish()).toBe('sent')
  await ring.close()
  expect(leftOver()).toEqual([])
})

it('a writer that is killed ends its readers with a reason, after all that it had published', async () => {
  for (const _ of rounds(KILLS, 350, 1 / 2)) {
    const writer = start('writer', 'write')
    await once(writer, 'message')
    const reader = await BroadcastRing.open('writer', context)
    expect(reader.pid).toBe(writer.pid)
    const most = random.below(MOST)
    let heard = 0
    let first: number | undefined
    let wrong = 0
    reader.messages$.subscribe(({ bytes, lost }) => {
      const number = readNumbered(bytes)
      first ??= number
      if (number !== (first ?? 0) + heard || lost !== 0) wrong++
      heard++
      if (heard > most) writer.kill('SIGKILL')
    })
    if (most === 0) writer.kill('SIGKILL')
    expect(await reader.closed).toMatchObject({ by: 'fault', error: { code: 'PEER_LOST' } })
    expect(wrong).toBe(0)
  }
  await until(() => leftOver().length === 0)
})

it('a group goes on without the member that is killed', async () => {
  const address = formatAddress({ scheme: 'broadcast-ring', host: '.', path: 'members' })
  const endpoint = await broadcastRing({ ...smallest, patience: 600_000 }).open(address, context)
  onTestFinished(() => endpoint.close())
  let wrong = 0
  let heard = 0
  endpoint.packets$.subscribe(({ bytes }) => {
    heard++
    if (readNumbered(bytes) === undefined) wrong++
  })
  for (const _ of rounds(KILLS, 350)) {
    const peer = start('members', 'member')
    peer.on('message', () => wrong++)
    const most = heard + 1 + random.below(MOST)
    let over = false
    for (let number = 0; !over; number++) {
      while (endpoint.send(writeNumbered(number), 'all') === 'full') await firstValueFrom(endpoint.writable$)
      if (heard >= most) {
        await kill(peer)
        over = true
      }
      if (number % 16 === 0) await new Promise(setImmediate)
    }
  }
  await endpoint.close()
  expect(wrong).toBe(0)
  expect(await endpoint.closed).toEqual({ by: 'us' })
  await until(() => leftOver().length === 0)
})
