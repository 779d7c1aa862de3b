import {
  type Address,
  formatAddress,
  parseAddress,
  SignalboxError,
  type TransportOptions,
} from '../../core/contracts/index.js'

/** What an address names, before a platform makes a path of it. */
export interface PipeName {
  /** How messages call it: the address as it was given. */
  readonly href: string
  /** The machine: `.` is this one. */
  readonly host: string
  /** The name among the system's own: `signalbox.orders`, or `orders` where `rawNames` asks for it. */
  readonly name: string
  /** Whether the name is outside of Signalbox's namespace, where other programs may listen too. */
  readonly raw: boolean
  /** Whether bytes go one way, from clients to the listener. */
  readonly oneWay: boolean
}

/** Keeps Signalbox's names apart from those of other programs. */
const PREFIX = 'signalbox.'
/** Slashes and `..` would lead out of the folder of names; Windows takes neither slash in a name. */
const UNUSABLE = /[/\\\p{Cc}]|^\.{0,2}$/u

/**
 * Reads what a named-pipe address names.
 * @throws SignalboxError `ADDRESS_INVALID`; `ACCESS_DENIED` for another machine that was not asked for.
 */
export function pipeNameOf(address: Address, options: TransportOptions = {}): PipeName {
  const { href, host, path } = address
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  if (address.scheme !== 'named-pipe') throw invalid('it is not an address of named-pipe')
  if (host === '') throw invalid('the host is missing; write named-pipe://./<name>')
  if (address.port !== undefined) throw invalid('pipes have no ports')
  const [unknown] = Object.keys(address.options).filter(option => option !== 'direction')
  if (unknown === 'mode') throw invalid('a transport carries bytes; for messages, use NamedPipe')
  if (unknown !== undefined) throw invalid(`pipes have no parameter ${unknown}, only direction`)
  const { direction = 'duplex' } = address.options
  if (direction !== 'duplex' && direction !== 'inbound') {
    const why = `direction is duplex, or inbound (to the listener), not ${JSON.stringify(direction)}`
    throw invalid(direction === 'outbound' ? `${why}; NamedPipeServer makes such pipes` : why)
  }
  if (UNUSABLE.test(path)) {
    throw invalid(`${JSON.stringify(path)} is no pipe name: it needs at least one character, and no slashes`)
  }
  if (host !== '.') requireRemote(address, options)
  const raw = options.rawNames ?? false
  return { href, host, name: raw ? path : PREFIX + path, raw, oneWay: isOneWay(address) }
}

/** Whether an address is one of pipes that go from clients to their listener only. */
export function isOneWay({ options }: Pick<Address, 'options'>): boolean {
  return options['direction'] === 'inbound'
}

/** An address at which a way back arrives, of the same kind as `to`. */
export function returnPipeAddress(to: Address, unique: string): Address {
  const address = nodePipeAddress('return', unique)
  return isOneWay(to) ? parseAddress(`${address.href}?direction=inbound`) : address
}

function requireRemote({ href, host }: Address, { allowRemote }: TransportOptions): void {
  if (process.platform !== 'win32') {
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${href}: pipes reach other machines only between Windows machines; use tcp, or the host '.' for this one`,
    )
  }
  if (!allowRemote) {
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${href}: ${host} is another machine; set allowRemote to reach it, or use the host '.' for this one`,
    )
  }
}

/** The address at which a node of this name listens. Different pairs never share one. */
export function nodePipeAddress(namespace: string, node: string): Address {
  return formatAddress({ scheme: 'named-pipe', host: '.', path: `${escaped(namespace)}.${escaped(node)}` })
}

/**
 * Writes every byte but `a-z 0-9 _ -` as `~xx`. The dot separates the two parts; upper case is
 * escaped because Windows pipes, and the file systems of macOS, do not tell it apart.
 */
function escaped(text: string): string {
  return text.replace(/[^a-z0-9_-]/gu, character =>
    Buffer.from(character).toString('hex').replace(/../g, '~$&'),
  )
}
