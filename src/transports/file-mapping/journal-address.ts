import { type Address, SignalboxError } from '../../core/contracts/index.js'

/** What an address of a journal names. */
export interface JournalPlace {
  /** The file: what is relative is found from the working folder. */
  readonly path: string
  /** The name under which its records are read, where the address says one. */
  readonly consumer: string | undefined
}

const EXAMPLE = 'file-mapping://./logs/orders.journal?journal&consumer=billing'

/**
 * Reads the address of a journal, so that a configuration or a command line can name one:
 * `file-mapping://./logs/orders.journal?journal`, and `&consumer=billing` for who reads. What follows `./` is the path, so that
 * an absolute one begins with two slashes on POSIX (`file-mapping://.//var/log/orders.journal?journal`).
 * @returns undefined for an address that names no journal
 * @throws SignalboxError `ADDRESS_INVALID` for one that does, and cannot be
 */
export function journalPlaceOf(address: Address): JournalPlace | undefined {
  const { scheme, host, port, path, options, href } = address
  const { journal, consumer, ...others } = options
  if (scheme !== 'file-mapping' || journal === undefined) return undefined
  const invalid = (why: string) => new SignalboxError('ADDRESS_INVALID', `${href}: ${why}; write ${EXAMPLE}`)
  if (host !== '.' || port !== undefined) throw invalid('a journal is a file of this machine')
  if (path === '') throw invalid('the path of the file is missing')
  if (journal !== '') throw invalid('the parameter journal takes no value')
  if (consumer === '') throw invalid('the parameter consumer takes a name')
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw invalid(`a journal has no parameter ${unknown}, but journal and consumer`)
  return { path, consumer }
}
