import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { firstValueFrom } from 'rxjs'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { formatAddress, type TransportContext } from '../../../src/core/contracts/index.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { BroadcastRing, broadcastRing } from '../../../src/transports/broadcast-ring/index.js'
import { readNumbered, writeNumbered } from '../../peers/numbered-packet.js'
import { forkPeer } from '../../support/peer.js'
import { patience, rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../../support/until.js'

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Math.floor(Math.random() * 1_000_000))
/** Of each of three kinds; every start of a process costs seconds under Wine. */
const KILLS = process.platform === 'win32' ? 1 : 10
/** Messages after which somebody is killed, at most. */
const MOST = 2000
const smallest = { ring: 64 * 1024, keep: 64 * 1024, largest: 64 * 1024 }

// Many processes start, maybe beside much else.
vi.setConfig({ testTimeout: patience })

let context: TransportContext
let random: SeededRandom
let pids: (number | undefined)[]
beforeEach(() => {
  context = createTestContext(temporaryFolder())
  random = new SeededRandom(seed)
  pids = [process.pid]
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

/** A dead process's name goes with the next one who comes across it. */
function untilNothingIsLeft(tally: { leftOver: number }): Promise<void> {
  return until(() => {
    tally.leftOver = leftOver().length
    return tally.leftOver === 0
  })
}

it('a reader that is killed frees its place and all that it had, whatever it was at', async test => {
  const tally = tallied(test, seed, { kills: 0, leftOver: 0 })
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
    tally.kills++
  }
  // The whole pool is there again.
  for (let blocks = 0; blocks < 2; blocks++) expect(ring.loan(60_000)?.publish()).toBe('sent')
  await ring.close()
  await untilNothingIsLeft(tally)
})

it('a writer that is killed ends its readers with a reason, after all that it had published', async test => {
  const tally = tallied(test, seed, { kills: 0, wrong: 0, leftOver: 0, heard: 0 })
  for (const _ of rounds(KILLS, 350, 1 / 2)) {
    const writer = start('writer', 'write')
    await once(writer, 'message')
    const reader = await BroadcastRing.open('writer', context)
    expect(reader.pid).toBe(writer.pid)
    const most = random.below(MOST)
    let heard = 0
    let first: number | undefined
    reader.messages$.subscribe(({ bytes, lost }) => {
      const number = readNumbered(bytes)
      first ??= number
      if (number !== (first ?? 0) + heard || lost !== 0) tally.wrong++
      tally.heard++
      heard++
      if (heard > most) writer.kill('SIGKILL')
    })
    if (most === 0) writer.kill('SIGKILL')
    expect(await reader.closed).toMatchObject({ by: 'fault', error: { code: 'PEER_LOST' } })
    expect(tally.wrong).toBe(0)
    tally.kills++
  }
  await untilNothingIsLeft(tally)
})

it('a group goes on without the member that is killed', async test => {
  const tally = tallied(test, seed, { kills: 0, wrong: 0, leftOver: 0, heard: 0 })
  const address = formatAddress({ scheme: 'broadcast-ring', host: '.', path: 'members' })
  const endpoint = await broadcastRing({ ...smallest, patience: 600_000 }).open(address, context)
  onTestFinished(() => endpoint.close())
  endpoint.packets$.subscribe(({ bytes }) => {
    tally.heard++
    if (readNumbered(bytes) === undefined) tally.wrong++
  })
  for (const _ of rounds(KILLS, 350)) {
    const peer = start('members', 'member')
    peer.on('message', () => tally.wrong++)
    const most = tally.heard + 1 + random.below(MOST)
    let over = false
    for (let number = 0; !over; number++) {
      while (endpoint.send(writeNumbered(number), 'all') === 'full') await firstValueFrom(endpoint.writable$)
      if (tally.heard >= most) {
        await kill(peer)
        tally.kills++
        over = true
      }
      if (number % 16 === 0) await new Promise(setImmediate)
    }
  }
  await endpoint.close()
  expect(tally.wrong).toBe(0)
  expect(await endpoint.closed).toEqual({ by: 'us' })
  await untilNothingIsLeft(tally)
})
