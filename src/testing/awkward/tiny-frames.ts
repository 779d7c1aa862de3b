import {
  type Connection,
  type ConnectionTransport,
  type Limits,
  SignalboxError,
} from '../../core/contracts/index.js'
import { inProcess } from './in-process.js'
import { MemoryVariant, RestrictedConnection } from './memory-variant.js'

const LIMITS: Limits = Object.freeze({ maxFrame: 64 })

/** Connections that carry frames of 64 B and no more. Addresses are `tiny-frames://./<name>`. */
export function tinyFrames(): ConnectionTransport {
  return new MemoryVariant({
    name: 'tiny-frames',
    summary: 'Connections within one process whose frames have 64 B at most; for tests.',
    capabilities: { ...inProcess, ...LIMITS },
    restrict: connection => new NarrowConnection(connection),
  })
}

class NarrowConnection extends RestrictedConnection implements Connection {
  override readonly limits = LIMITS

  override send(frame: Uint8Array): 'sent' | 'full' {
    if (frame.length <= LIMITS.maxFrame) return super.send(frame)
    throw new SignalboxError(
      'FRAME_TOO_LARGE',
      `a frame of ${frame.length} B is over ${LIMITS.maxFrame} B; use a link (it cuts messages into parts)`,
    )
  }
}
