import { type Address, formatAddress, SignalboxError } from '../../core/contracts/index.js'

const SCHEME = 'broadcast-ring'

/** The group of `broadcast-ring://./<group>`. @throws SignalboxError `ADDRESS_INVALID` */
export function groupOf({ scheme, host, port, path, options, href }: Address): string {
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  if (scheme !== SCHEME) throw invalid(`it is not an address of ${SCHEME}`)
  if (host !== '.') throw invalid(`a ring reaches this machine only; write ${SCHEME}://./<group>`)
  if (port !== undefined) throw invalid('rings have no ports')
  if (Object.keys(options).length > 0) throw invalid('addresses of rings take no options')
  if (path === '') throw invalid(`the group's name is missing; write ${SCHEME}://./<group>`)
  return path
}

/** The group in which a node of this name listens. Different pairs never share one. */
export function nodeGroupAddress(namespace: string, node: string): Address {
  return placeOf([namespace, node].map(encodeURIComponent).join('/'))
}

/** Where member `seat` of a group meets those who come after it. */
export const seatPlace = (group: string, seat: number): Address => placeOf(`group/${seat}/${group}`)

/** Where those wait who want to become members while somebody else does. */
export const doorPlace = (group: string): Address => placeOf(`door/${group}`)

function placeOf(path: string): Address {
  return formatAddress({ scheme: SCHEME, host: '.', path })
}
