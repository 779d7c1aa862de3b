import { type Address, formatAddress, SignalboxError } from '../../core/contracts/index.js'

/** @throws SignalboxError `ADDRESS_INVALID` for what is no name of this machine */
export function assertName({ scheme, host, port, path, options, href }: Address): void {
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  if (scheme !== 'shared-memory') throw invalid('it is not an address of shared-memory')
  if (host !== '.') throw invalid('memory is shared within a machine; write shared-memory://./<name>')
  if (port !== undefined) throw invalid('shared memory has no ports')
  if (Object.keys(options).length > 0) throw invalid('addresses of shared memory take no options')
  if (path === '') throw invalid('the name is missing; write shared-memory://./<name>')
}

/** The address at which a node of this name listens. Different pairs never share one. */
export function nodeMemoryAddress(namespace: string, node: string): Address {
  const path = [namespace, node].map(encodeURIComponent).join('/')
  return formatAddress({ scheme: 'shared-memory', host: '.', path })
}
