import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TransportContext } from '../../core/contracts/context.js'
import { createTestContext } from '../test-context.js'
import type { OpenBody } from './peer-body.js'
import { Peers } from './peers.js'
import type { TransportSource } from './transport-source.js'

/** What the cases of one suite share: a runtime folder of their own, and the other processes. */
export interface Surroundings extends AsyncDisposable {
  readonly context: TransportContext
  readonly peers: Peers
}

/** Makes a private, empty runtime folder; it goes away with the surroundings. @param body what the others live in */
export async function openSurroundings(source: TransportSource, body: OpenBody): Promise<Surroundings> {
  const runtimeFolder = await mkdtemp(join(tmpdir(), 'sb-'))
  const peers = new Peers(source, runtimeFolder, body)
  return {
    context: createTestContext(runtimeFolder),
    peers,
    [Symbol.asyncDispose]: async () => {
      await peers[Symbol.asyncDispose]()
      await rm(runtimeFolder, { recursive: true, force: true })
    },
  }
}
