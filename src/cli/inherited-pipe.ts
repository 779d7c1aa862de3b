import { fstatSync } from 'node:fs'
import {
  type Address,
  type Connection,
  SignalboxError,
  type TransportContext,
} from '../core/contracts/index.js'
import { anonymousPipe, type PipeDirection, PipeEnd, PipeEnds } from '../transports/anonymous-pipe/index.js'

/** Whether an address names what the command itself inherited from who started it: `anonymous-pipe://fd/3`. */
export function isInherited({ scheme, host }: Address): boolean {
  return scheme === 'anonymous-pipe' && host === 'fd'
}

/**
 * The end of a pipe that the command inherited, as a connection.
 * @throws SignalboxError `ADDRESS_INVALID`; `NO_LISTENER` where it inherited none
 */
export function inheritedPipe(
  address: Address,
  direction: PipeDirection,
  context: TransportContext,
): Connection {
  const end = PipeEnd.ofDescriptor(descriptorIn(address), direction)
  const ends = direction === 'read' ? new PipeEnds(end, undefined) : new PipeEnds(undefined, end)
  return anonymousPipe().adopt(ends, address, context)
}

function descriptorIn({ href, path }: Address): number {
  const fd = Number(path)
  if (path === '' || !Number.isInteger(fd) || fd < 0) {
    const why = 'a descriptor is a number, such as in anonymous-pipe://fd/0'
    throw new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  }
  if (isPipe(fd)) return fd
  const why = `the command has inherited no pipe as its descriptor ${fd}; let whoever starts it make one`
  throw new SignalboxError('NO_LISTENER', `${href}: ${why}`)
}

/** What is none must not be closed, which would be the end of an attempt: it may be Node's own. */
function isPipe(fd: number): boolean {
  try {
    const file = fstatSync(fd)
    // On Windows, what a descriptor is shows only when it is used.
    return process.platform === 'win32' || file.isFIFO() || file.isSocket()
  } catch {
    return false
  }
}
