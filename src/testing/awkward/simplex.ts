import type { Connection, ConnectionTransport } from '../../core/contracts/index.js'
import { inProcess } from './in-process.js'
import { MemoryVariant, RestrictedConnection } from './memory-variant.js'

/** Connections on which only the dialler can speak, like one end of a pipe. Addresses are `simplex://./<name>`. */
export function simplex(): ConnectionTransport {
  return new MemoryVariant({
    name: 'simplex',
    summary: 'Connections within one process that go one way; for tests.',
    capabilities: { ...inProcess, direction: 'simplex' },
    restrict: (connection, end) => (end === 'listener' ? new MuteConnection(connection) : connection),
  })
}

class MuteConnection extends RestrictedConnection implements Connection {
  override send(): 'full' {
    return 'full'
  }
}
