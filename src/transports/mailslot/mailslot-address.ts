import {
  type Address,
  formatAddress,
  SignalboxError,
  type TransportOptions,
} from '../../core/contracts/index.js'

/** Keeps Signalbox's names apart from those of other programs. */
const PREFIX = 'signalbox.'

/**
 * The name of the slot that an address names: `signalbox.orders`, or `orders` where `rawNames` asks for it.
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function slotNameOf(address: Address, { rawNames = false }: TransportOptions): string {
  const { href, scheme, host, port, path, options } = address
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  if (scheme !== 'mailslot') throw invalid('it is not an address of mailslot')
  if (host !== '.') {
    throw invalid(`a mailslot is reached on this machine only; write mailslot://./<name>`)
  }
  if (port !== undefined) throw invalid('mailslots have no ports')
  if (Object.keys(options).length > 0) throw invalid('mailslot addresses take no options')
  if (path === '') throw invalid('the name is missing; write mailslot://./<name>')
  return rawNames ? path : PREFIX + path
}

/** The address at which a node of this name listens. Different pairs never share one. */
export function nodeSlotAddress(namespace: string, node: string): Address {
  return formatAddress({ scheme: 'mailslot', host: '.', path: `${escaped(namespace)}.${escaped(node)}` })
}

/** Writes every byte but `a-z 0-9 _ -` as `~xx`: the dot separates the parts, and mailslots do not tell case apart. */
function escaped(text: string): string {
  return text.replace(/[^a-z0-9_-]/gu, character =>
    Buffer.from(character).toString('hex').replace(/../g, '~$&'),
  )
}
