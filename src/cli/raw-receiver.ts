import {
  type Capabilities,
  type CloseReason,
  type Connection,
  isSignalboxError,
  reasonOf,
  SignalboxError,
} from '../core/contracts/index.js'
import type { FramePrinter } from './frame-printer.js'
import { LineSplitter } from './line-splitter.js'

/** Prints what a connection delivers: on a stream its lines, else its frames. Resolves when it has ended. */
export async function receiveRaw(
  connection: Connection,
  boundaries: Capabilities['boundaries'],
  printer: FramePrinter,
): Promise<CloseReason> {
  const lines = boundaries === 'stream' ? new LineSplitter() : undefined
  const print = (frame: Uint8Array) => {
    const drained = printer.print(frame)
    if (drained === undefined) return
    connection.pause()
    drained.then(
      () => connection.resume(),
      () => {}, // nobody reads the output any more; the listener ends because of it
    )
  }
  const guarded = (frames: Iterable<Uint8Array>) => {
    try {
      for (const frame of frames) print(frame)
    } catch (error) {
      connection.abort(isSignalboxError(error) ? error : new SignalboxError('SYSTEM', reasonOf(error)))
    }
  }
  connection.receive(({ bytes }) => guarded(lines === undefined ? [bytes] : lines.push(bytes)))
  const reason = await connection.closed
  if (lines !== undefined) guarded(lines.end())
  return reason
}
