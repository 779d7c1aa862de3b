import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Connection, parseAddress } from '../../../src/core/contracts/index.js'
import { createTestContext, SeededRandom } from '../../../src/testing/index.js'
import { fileMapping } from '../../../src/transports/file-mapping/index.js'
import { sharedMemory } from '../../../src/transports/shared-memory/index.js'
import { Stamps } from '../../peers/stamps.js'
import { forkPeer } from '../../support/peer.js'
import { patience, rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../../support/until.js'

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Math.floor(Math.random() * 1_000_000))
/** Every start of a process costs seconds under Wine. */
const KILLS = process.platform === 'win32' ? 2 : 30
/** Frames after which the other side is killed, at most: some while the two still begin, some in the midst of it. */
const MOST_FRAMES = 4000

const kinds = [
  { transport: sharedMemory(), memoryOf: namesInSharedMemory, share: 1 / 2 },
  { transport: fileMapping(), memoryOf: filesOfMemory, share: 1 },
]

describe.each(kinds)('over $transport.name', ({ transport, memoryOf, share }) => {
  const { name } = transport
  it(
    `[${name}: peer-death] whichever side is killed while both write, the other one reads what was whole and goes on; nothing is left over`,
    async test => {
      const tally = tallied(test, seed, { kills: 0, leftOver: 0, frames: 0 })
      const context = createTestContext(temporaryFolder())
      const random = new SeededRandom(seed)
      const listener = await transport.listen(parseAddress(`${name}://./survivor`), context)
      onTestFinished(() => listener.close())
      const victims: ChildProcess[] = []
      const start = (address: string, role: 'dial' | 'listen') => {
        const victim = forkPeer('segment', [context.runtimeFolder, address, 'flood', role])
        victims.push(victim)
        onTestFinished(() => void victim.kill('SIGKILL'))
        return victim
      }

      for (const round of rounds(KILLS, 1000, share)) {
        const victimListens = round % 2 === 1
        const address = victimListens ? `${name}://./victim` : listener.address.href
        const arrived = firstValueFrom(listener.connections$)
        arrived.catch(() => {}) // in the last round nobody comes
        const victim = start(address, victimListens ? 'listen' : 'dial')
        if (victimListens) await once(victim, 'message')
        const end = victimListens ? await transport.connect(parseAddress(address), context) : await arrived
        tally.frames += await outlive(end, victim, random.below(MOST_FRAMES))
        tally.kills++
      }

      if (tally.kills > 0) expect(tally.frames).toBeGreaterThan(0)
      // The last connection lets go of its memory in a later turn than that of its end.
      const pids = [process.pid, ...victims.map(({ pid }) => pid)]
      await until(() => {
        tally.leftOver = memoryOf(pids, context.runtimeFolder).length
        return tally.leftOver === 0
      })
    },
    patience,
  )
})

/** Writes and reads until `victim` is gone, which is killed when so many frames came. @returns how many came in all */
async function outlive(end: Connection, victim: ChildProcess, most: number): Promise<number> {
  const stamps = new Stamps(Number.POSITIVE_INFINITY)
  let count = 0
  let fault: unknown
  end.receive(frame => {
    try {
      stamps.check(frame, count)
    } catch (error) {
      fault ??= error
    }
    if (count++ === most) victim.kill('SIGKILL')
  })
  void stamps.sendTo(end)
  expect(await end.closed).toEqual({ by: 'peer' })
  expect(fault).toBeUndefined()
  expect(victim.signalCode ?? victim.exitCode ?? (await once(victim, 'exit'))[1]).toBe('SIGKILL')
  return count
}

/** The names of memory that these processes made. */
function namesInSharedMemory(pids: readonly (number | undefined)[]): string[] {
  if (process.platform !== 'linux') return [] // Windows takes memory away with its last process
  return readdirSync('/dev/shm').filter(name => pids.some(pid => name.startsWith(`signalbox.${pid}.`)))
}

/** The files of all connections in that runtime folder. */
function filesOfMemory(_pids: readonly (number | undefined)[], runtimeFolder: string): string[] {
  const folder = join(runtimeFolder, 'file-mapping')
  return existsSync(folder) ? readdirSync(folder) : []
}
