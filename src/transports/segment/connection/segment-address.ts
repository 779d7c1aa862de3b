import { type Address, formatAddress, SignalboxError } from '../../../core/contracts/index.js'

/** @throws SignalboxError `ADDRESS_INVALID` for what is no name of this machine */
export function assertName(transport: string, { scheme, host, port, path, options, href }: Address): void {
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  if (scheme !== transport) throw invalid(`it is not an address of ${transport}`)
  if (host !== '.') throw invalid(`memory is shared within a machine; write ${transport}://./<name>`)
  if (port !== undefined) throw invalid(`${transport} has no ports`)
  if (Object.keys(options).length > 0) throw invalid(`addresses of ${transport} take no options`)
  if (path === '') throw invalid(`the name is missing; write ${transport}://./<name>`)
}

/** The address at which a node of this name listens. Different pairs never share one. */
export function nodeMemoryAddress(transport: string, namespace: string, node: string): Address {
  const path = [namespace, node].map(encodeURIComponent).join('/')
  return formatAddress({ scheme: transport, host: '.', path })
}
