import { isSignalboxError, SignalboxError } from '../core/contracts/index.js'
import type { Link } from '../core/link/index.js'
import { FRAMES } from './frames-link.js'

/** Frames whose acceptance is waited for at once: enough that their way to the peer and back costs little. */
const ON_THE_WAY = 256
const NOTHING = new Uint8Array()

/**
 * Sends frames over a link and closes it. Resolves when the peer accepted them all.
 * @throws SignalboxError what the peer says of the first one that it rejected; `PEER_LOST` when it ended first
 */
export async function sendLinked(link: Link, frames: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    const lane = link.openLane(Buffer.from(FRAMES))
    let first: { readonly error: unknown } | undefined
    let pending: Promise<void>[] = []
    const settle = async () => {
      await Promise.all(pending)
      pending = []
      if (first !== undefined) throw refusal(link.peer, first.error)
    }
    for await (const frame of frames) {
      pending.push(
        lane.send(NOTHING, frame).catch((error: unknown) => {
          first ??= { error }
        }),
      )
      if (pending.length === ON_THE_WAY) await settle()
    }
    await settle()
  } finally {
    await link.close()
  }
}

/** What a rejection comes to for a person; whether a lost frame was accepted is unknown, and stays so. */
function refusal(peer: string, error: unknown): unknown {
  if (!isSignalboxError(error) || error.code === 'PEER_LOST' || error.code === 'CLOSED') return error
  const why = `${peer} did not take a frame (${error.message}); frames are for signalbox listen`
  return new SignalboxError(error.code, why, { cause: error })
}
