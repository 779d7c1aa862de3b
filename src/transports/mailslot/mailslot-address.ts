import {
  type Address,
  formatAddress,
  SignalboxError,
  type TransportOptions,
} from '../../core/contracts/index.js'

/** The slot, or the slots, that an address names. */
export interface SlotPlace {
  /** `.` is this machine; any other host is a group: `*` the machines of this domain, a name those of that domain. */
  readonly host: string
  /** `signalbox.orders`, or `orders` where `rawNames` asks for it. */
  readonly name: string
}

/** Keeps Signalbox's names apart from those of other programs. */
const PREFIX = 'signalbox.'

/** Whether an address names the slots of several machines. */
export const isGroup = ({ host }: { readonly host: string }) => host !== '.'

/**
 * Reads what a mailslot address names.
 * @throws SignalboxError `ADDRESS_INVALID`; `ACCESS_DENIED` for other machines that were not asked for
 */
export function slotPlaceOf(address: Address, options: TransportOptions): SlotPlace {
  const { href, scheme, host, port, path } = address
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  if (scheme !== 'mailslot') throw invalid('it is not an address of mailslot')
  if (host === '') throw invalid('the host is missing; write mailslot://./<name>, or mailslot://*/<name>')
  if (port !== undefined) throw invalid('mailslots have no ports')
  if (Object.keys(address.options).length > 0) throw invalid('mailslot addresses take no options')
  if (path === '') throw invalid('the name is missing; write mailslot://./<name>')
  if (isGroup(address) && !options.allowRemote) {
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${href}: other machines have such slots; set allowRemote to reach them, or use the host '.' for this one`,
    )
  }
  return { host, name: options.rawNames ? path : PREFIX + path }
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
