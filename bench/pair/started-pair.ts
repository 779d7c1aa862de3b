import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Far } from './far.js'
import { FarEnd } from './far-end.js'
import { scriptOf } from './payload.js'
import type { Peer, Place } from './peer.js'
import { StartedFar } from './started-far.js'
import type { Pair, Work } from './work.js'

/** Two ends that have met, in a folder of their own. */
export interface StartedPair extends Pair {
  close(): Promise<void>
}

/** Starts the far end of `peer`, and reaches it from here. @throws why it cannot take part here */
export async function startPair(
  peer: Peer,
  { payload, answers, execArgv }: Pick<Work, 'payload' | 'answers' | 'execArgv'>,
): Promise<StartedPair> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const place = { folder, payload }
  const far = await startFar(peer, place, answers, execArgv)
  const carrier = await peer.reach(place, far.child)
  return {
    carrier,
    far,
    heartbeat: peer.heartbeat,
    script: scriptOf(payload),
    close: async () => {
      await carrier.close()
      await far.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function startFar(
  peer: Peer,
  place: Place,
  answers: boolean,
  execArgv: readonly string[] = [],
): Promise<Far> {
  return peer.far === 'here'
    ? FarEnd.serve(peer, place, answers, false)
    : StartedFar.start(peer, place, answers, execArgv)
}
