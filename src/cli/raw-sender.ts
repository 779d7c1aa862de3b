import { firstValueFrom } from 'rxjs'
import { type Capabilities, type Connection, SignalboxError } from '../core/contracts/index.js'

const LF = 0x0a
/** Bytes that a stream is given at once. */
const PIECE = 64 * 1024

/**
 * Sends frames over a bare connection, on a stream as lines, and closes it. Resolves when all has left.
 * @throws SignalboxError `CLOSED` when the peer ends first; `FRAME_TOO_LARGE`; what broke the connection
 */
export async function sendRaw(
  connection: Connection,
  boundaries: Capabilities['boundaries'],
  frames: AsyncIterable<Uint8Array>,
): Promise<void> {
  connection.receive(() => {}) // what the peer says is of no interest, and must not fill its track
  try {
    for await (const frame of frames) {
      for (const piece of boundaries === 'stream' ? lineOf(frame) : [frame]) await put(connection, piece)
    }
    await connection.close()
  } finally {
    connection.abort() // nothing happens after a close
  }
  const reason = await connection.closed
  if (reason.by === 'fault') throw reason.error
}

function* lineOf(frame: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < frame.length; at += PIECE) yield frame.subarray(at, at + PIECE)
  if (frame.at(-1) !== LF) yield Uint8Array.of(LF)
}

async function put(connection: Connection, piece: Uint8Array): Promise<void> {
  while (connection.send(piece) === 'full') {
    const writable = await firstValueFrom(connection.writable$, { defaultValue: 'ended' as const })
    if (writable !== 'ended') continue
    const reason = await connection.closed
    if (reason.by === 'fault') throw reason.error
    throw new SignalboxError(
      'CLOSED',
      'the peer closed before everything was sent; some of it may have arrived',
    )
  }
}
