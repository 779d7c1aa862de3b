import {
  type Address,
  type Connection,
  type PeerIdentity,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../../core/contracts/index.js'
import { type Handle, kernel32 } from '../../native/win32/kernel32.js'
import { dialPatiently } from './patient-dial.js'
import { type PipeName, pipeNameOf } from './pipe-name.js'
import { sidOf } from './pipe-security.js'
import { nobodyListens, openClientEnd } from './windows-client-end.js'
import { isClaimed } from './windows-name-claim.js'
import { windowsPathOf } from './windows-path.js'
import { isTrusted, serverOf } from './windows-peer.js'
import { connectionOver } from './windows-socket.js'

/**
 * Opens the pipe of an address. In Signalbox's namespace its owner must be this user, an administrator or one of
 * `users`, because any user may be the first to take a name; a raw name may be anybody's, a service's for example.
 */
export async function dialPipe(
  address: Address,
  context: TransportContext,
  options: TransportOptions,
): Promise<Connection> {
  const name = pipeNameOf(address, options)
  const path = windowsPathOf(name)
  const others = (options.users ?? []).map(user => sidOf(user, address.href))
  const pipe = await dialPatiently({
    what: `connect to ${address.href}`,
    clock: context.clock,
    signal: options.signal,
    attempt: async () => openPipe(name, path),
    discard: pipe => void kernel32().CloseHandle(pipe),
  })
  const remote = identify(pipe, name)
  if (name.host === '.' && !name.raw && !isTrusted(remote, others)) {
    kernel32().CloseHandle(pipe)
    const who = remote.user.by === 'none' ? 'nobody knows who' : `user ${remote.user.id}`
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${address.href}: ${who} listens there, not this user or one of the configured users`,
    )
  }
  const way = name.oneWay ? 'out' : 'both'
  return connectionOver(pipe, way, { remote, name: address.href, clock: context.clock })
}

/** What another machine says of itself proves nothing here, and its pids mean nothing. */
function identify(pipe: Handle, { host }: PipeName): PeerIdentity {
  return host === '.' ? serverOf(pipe) : { pid: undefined, user: { by: 'none' } }
}

function openPipe({ href, host, raw, oneWay }: PipeName, path: string): Handle | 'busy' {
  const pipe = openClientEnd(path, { what: href, host, direction: oneWay ? 'inbound' : 'duplex' })
  // Without a listener, these are the connections that it left, and nobody will make room.
  if (pipe === 'busy' && !raw && host === '.' && !isClaimed(path)) throw nobodyListens(href, path)
  return pipe
}
