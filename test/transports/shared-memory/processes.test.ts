import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { firstValueFrom } from 'rxjs'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  type Connection,
  parseAddress,
  type Release,
  type TransportContext,
} from '../../../src/core/contracts/index.js'
import { createTestContext } from '../../../src/testing/index.js'
import { sharedMemory } from '../../../src/transports/shared-memory/index.js'
import { Stamps } from '../../peers/stamps.js'
import { forkPeer } from '../../support/peer.js'
import { rounds, scaled } from '../../support/scale.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: string
let context: TransportContext

beforeEach(() => {
  folder = temporaryFolder()
  context = createTestContext(folder)
})

/** Another process that connects to us, and our end of that. */
async function met(...how: string[]): Promise<{ peer: ChildProcess; end: Connection }> {
  const address = parseAddress('shared-memory://./processes')
  const listener = await sharedMemory().listen(address, context)
  const arrived = firstValueFrom(listener.connections$)
  const peer = forkPeer('segment', [folder, address.href, ...how])
  onTestFinished(async () => {
    peer.kill('SIGKILL')
    await listener.close()
  })
  return { peer, end: await arrived }
}

describe('two processes over shared memory', () => {
  it('[shared-memory: both-ways] never see a torn or stale byte, while both write as fast as they can', async () => {
    for (const _ of rounds(1, 20)) {
      const count = scaled(50_000, 200_000)
      const { peer, end } = await met('hammer', String(count))
      const exited = once(peer, 'exit')
      const stamps = new Stamps(count)
      await Promise.all([stamps.expect(end), stamps.sendTo(end)])
      expect(await exited).toEqual([0, null])
      expect((await end.closed).by).toBe('peer')
    }
  })

  it('[shared-memory: peer-death] read what a killed one had sent, and keep its memory for as long as they like', async () => {
    const { peer, end } = await met('leave')
    await once(peer, 'message')
    peer.kill('SIGKILL')
    await once(peer, 'exit')
    let release: Release = () => {}
    const kept: Uint8Array[] = []
    end.receive(frame => {
      release = frame.bytes.length > 10 ? frame.retain() : release
      kept.push(frame.bytes.length > 10 ? frame.bytes : frame.bytes.slice())
    })
    expect((await end.closed).by).toBe('peer')
    expect(kept.map(bytes => [bytes.length, bytes[0], bytes.at(-1)])).toEqual([
      [100_000, 1, 1],
      [10, 2, 2],
    ])
    release()
    release()
  })
})
