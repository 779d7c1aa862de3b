import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { formatAddress } from '../../../src/core/contracts/index.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { dll, SharedDll } from '../../../src/transports/dll/index.js'
import { ClaimWord, claimWordOf, SECTION, SLOTS } from '../../../src/transports/dll/slot-layout.js'
import { SlotTable } from '../../../src/transports/dll/slot-table.js'
import { readNumbered, writeNumbered } from '../../peers/numbered-packet.js'
import { forkPeer } from '../../support/peer.js'
import { patience, rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Math.floor(Math.random() * 1_000_000))
/** Several at once: a process takes most of its time to start. */
const AT_ONCE = 3
const ROUNDS = 2
/** Packets of a process after which it is killed, at most. */
const MOST = 400
const addressOf = (slot: string) => formatAddress({ scheme: 'dll', host: '.', path: `orders/${slot}` })

it(
  '[dll: peer-death] whoever is killed while all write leaves no slot taken, no turn held, and no packet in part',
  async test => {
    const tally = tallied(test, seed, { kills: 0, wrong: 0, leftOver: 0, heard: 0 })
    const onEnd: (() => void | Promise<void>)[] = []
    const folder = temporaryFolder(end => void onEnd.push(end))
    const context = createTestContext(folder)
    const random = new SeededRandom(seed)
    const shop = await dll().open(addressOf('shop'), context)
    onEnd.unshift(() => shop.close())
    try {
      for (const _ of rounds(ROUNDS, 334)) {
        const victims = Array.from({ length: AT_ONCE }, (_, at) => flood(folder, `victim-${at}`))
        onEnd.unshift(
          ...victims.map(
            ({ process: victim }) =>
              () =>
                void victim.kill('SIGKILL'),
          ),
        )
        const moments = victims.map(() => tally.heard + 1 + random.below(MOST))
        const subscription = shop.packets$.subscribe(({ bytes }) => {
          tally.heard++
          if (readNumbered(bytes) === undefined) tally.wrong++
          victims.forEach(({ process: victim }, at) => {
            if (tally.heard >= (moments[at] ?? 0)) victim.kill('SIGKILL')
          })
        })
        const numbers = victims.map(() => 0)
        let alive = AT_ONCE
        for (const { process: victim, ended } of victims) {
          victim.on('message', () => tally.wrong++) // what it heard was not as it was sent
          void ended.then(() => alive--)
        }
        for (let turn = 0; alive > 0; turn++) {
          const at = turn % AT_ONCE
          const number = numbers[at] ?? 0
          // Before it is there, and after it is gone, what is sent to it reaches nobody.
          if (shop.send(writeNumbered(number), addressOf(`victim-${at}`)) === 'sent') numbers[at] = number + 1
          await new Promise(setImmediate)
        }
        subscription.unsubscribe()
        tally.kills += AT_ONCE
      }
      expect(tally.wrong).toBe(0)
      await shop.close()
      await expectFree(folder)
    } finally {
      for (const end of onEnd) await end()
    }
  },
  patience,
)

function flood(folder: string, slot: string): { process: ChildProcess; ended: Promise<unknown> } {
  const victim = forkPeer('dll', ['flood', folder, addressOf(slot).href, addressOf('shop').href])
  return { process: victim, ended: once(victim, 'exit') }
}

/** All slots can be claimed, nobody holds a turn to write, and of files there is the library alone. */
async function expectFree(runtimeFolder: string): Promise<void> {
  const shared = await SharedDll.open('signalbox-1.orders', SECTION, { runtimeFolder })
  try {
    const table = new SlotTable(shared.buffer, () => {})
    const claims = new BigUint64Array(shared.buffer)
    for (let slot = 0; slot < SLOTS; slot++) expect(table.claim(`${slot}`, 1)).toBeDefined()
    for (let slot = 0; slot < SLOTS; slot++) {
      expect(claims[claimWordOf(slot) + ClaimWord.WRITER]).toBe(0n)
      table.release(slot)
    }
    expect(readdirSync(join(runtimeFolder, 'dll'))).toEqual([expect.stringMatching(/[.]dll$/)])
  } finally {
    shared.unload()
  }
}
