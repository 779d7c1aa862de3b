import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { firstValueFrom } from 'rxjs'
import { expect, it, onTestFinished } from 'vitest'
import { type Connection, parseAddress } from '../../../src/core/contracts/index.js'
import { createTestContext, SeededRandom } from '../../../src/testing/index.js'
import { sharedMemory } from '../../../src/transports/shared-memory/index.js'
import { Stamps } from '../../peers/stamps.js'
import { forkPeer } from '../../support/peer.js'
import { rounds } from '../../support/scale.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Math.floor(Math.random() * 1_000_000))
/** Every start of a process costs seconds under Wine. */
const KILLS = process.platform === 'win32' ? 2 : 30
/** Frames after which the other side is killed, at most: some while the two still begin, some in the midst of it. */
const MOST_FRAMES = 4000

it('[shared-memory: peer-death] whichever side is killed while both write, the other one reads what was whole and goes on; nothing is left over', async () => {
  const context = createTestContext(temporaryFolder())
  const random = new SeededRandom(seed)
  const listener = await sharedMemory().listen(parseAddress('shared-memory://./survivor'), context)
  onTestFinished(() => listener.close())
  const victims: ChildProcess[] = []
  const start = (address: string, role: 'dial' | 'listen') => {
    const victim = forkPeer('shared-memory', [context.runtimeFolder, address, 'flood', role])
    victims.push(victim)
    onTestFinished(() => void victim.kill('SIGKILL'))
    return victim
  }

  let frames = 0
  for (const round of rounds(KILLS, 1000)) {
    const victimListens = round % 2 === 1
    const address = victimListens ? 'shared-memory://./victim' : listener.address.href
    const arrived = firstValueFrom(listener.connections$)
    arrived.catch(() => {}) // in the last round nobody comes
    const victim = start(address, victimListens ? 'listen' : 'dial')
    if (victimListens) await once(victim, 'message')
    const end = victimListens ? await sharedMemory().connect(parseAddress(address), context) : await arrived
    frames += await outlive(end, victim, random.below(MOST_FRAMES))
  }

  console.info(`kills over shared memory, seed ${seed}: ${victims.length} kills, ${frames} frames arrived`)
  expect(frames).toBeGreaterThan(0)
  expect(leftBy([process.pid, ...victims.map(({ pid }) => pid)])).toEqual([])
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
function leftBy(pids: readonly (number | undefined)[]): string[] {
  if (process.platform !== 'linux') return [] // Windows takes memory away with its last process
  return readdirSync('/dev/shm').filter(name => pids.some(pid => name.startsWith(`signalbox.${pid}.`)))
}
