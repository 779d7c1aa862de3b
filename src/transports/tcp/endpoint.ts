import { BlockList, isIP, isIPv6 } from 'node:net'
import {
  type Address,
  formatAddress,
  SignalboxError,
  type TransportOptions,
} from '../../core/contracts/index.js'

/** A host and a port as the operating system takes them. */
export interface TcpEndpoint {
  /** An IP address without brackets, or a DNS name. */
  readonly host: string
  /** 0 where the system is to choose. */
  readonly port: number
}

// RFC 5735 and RFC 4291: what never leaves the machine. IPv4 in IPv6 is recognised too.
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether `host`, as an address has it, stays on this machine. A name never counts: it may resolve to anything. */
export function isLoopback(host: string): boolean {
  const ip = withoutBrackets(host)
  return isIP(ip) !== 0 && loopback.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')
}

/**
 * Where `address` is.
 * @throws SignalboxError `ADDRESS_INVALID`; `ACCESS_DENIED` for what may lie outside this machine
 * when remote peers are not allowed.
 */
export function endpointOf(address: Address, options: TransportOptions): TcpEndpoint {
  if (address.scheme !== 'tcp') throw invalid(address, 'this is the tcp transport')
  if (address.host === '' || address.port === undefined) {
    throw invalid(address, 'it needs a host and a port, such as tcp://127.0.0.1:7000')
  }
  if (address.path !== '') throw invalid(address, `a port has no name in it; remove /${address.path}`)
  if (!options.allowRemote && !isLoopback(address.host)) {
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${address.href}: ${address.host} is not a loopback address; use 127.0.0.1 or [::1], or allow remote peers (allowRemote)`,
    )
  }
  return { host: withoutBrackets(address.host), port: address.port }
}

/** The address of an endpoint; the counterpart of {@link endpointOf}. */
export function addressOf({ host, port }: TcpEndpoint): Address {
  return formatAddress({ scheme: 'tcp', host: isIPv6(host) ? `[${host}]` : host, port })
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

function invalid(address: Address, why: string): SignalboxError {
  return new SignalboxError('ADDRESS_INVALID', `${address.href}: ${why}`)
}
