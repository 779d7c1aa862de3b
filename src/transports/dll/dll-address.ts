import {
  type Address,
  formatAddress,
  SignalboxError,
  type TransportOptions,
} from '../../core/contracts/index.js'

/** Keeps Signalbox's libraries apart from those of programs that use {@link SharedDll}; the digit is the layout's version. */
const PREFIX = 'signalbox-1.'

/** A place in a library. */
export interface SlotPlace {
  /** As `SharedDll` takes it. */
  readonly library: string
  readonly slot: string
}

/**
 * Reads `dll://./<library>/<slot>`. Where `rawNames` asks for it, the library's name is used as it is.
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function slotPlaceOf(address: Address, { rawNames = false }: TransportOptions): SlotPlace {
  const { href, scheme, host, port, path, options } = address
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  if (scheme !== 'dll') throw invalid('it is not an address of dll')
  if (host !== '.') throw invalid('a library is shared on this machine only; write dll://./<library>/<slot>')
  if (port !== undefined) throw invalid('slots have no ports')
  if (Object.keys(options).length > 0) throw invalid('dll addresses take no options')
  const [library = '', ...rest] = path.split('/')
  const slot = rest.join('/')
  if (library === '' || slot === '') throw invalid('a name is missing; write dll://./<library>/<slot>')
  return { library: rawNames ? library : PREFIX + escaped(library), slot }
}

/** The address at which a node of this name listens: the nodes of a namespace have a library in common. */
export function nodeSlotAddress(namespace: string, node: string): Address {
  return formatAddress({ scheme: 'dll', host: '.', path: `${flat(namespace)}/${flat(node)}` })
}

/** Another slot of the same library: a slot is written to from its own library only. */
export function neighbourOf(address: Address, slot: string): Address {
  const [library = ''] = address.path.split('/')
  return formatAddress({ scheme: 'dll', host: '.', path: `${library}/${slot}` })
}

/** File names do not tell case apart, and take few characters. */
const escaped = (text: string) => text.replace(/[^a-z0-9_-]/gu, hexadecimal)

/** A slash ends the library's name. */
const flat = (text: string) => text.replace(/[/~]/g, hexadecimal)

const hexadecimal = (character: string) => Buffer.from(character).toString('hex').replace(/../g, '~$&')
