import { SignalboxError } from './errors.js'

/**
 * Where something listens: a URL whose scheme is the transport's name, such as
 * `named-pipe://./orders`, `tcp://127.0.0.1:7000` or `mailslot://server/orders`.
 * Immutable; two addresses are the same when their `href` is.
 */
export interface Address {
  /** The transport's name: `named-pipe`. */
  readonly scheme: string
  /** The part before the path: `.` is this machine, `*` is everybody; may be empty. IPv6 is in brackets. */
  readonly host: string
  /** The port, where the address names one. */
  readonly port: number | undefined
  /** The path without its leading slash, percent-decoded: `orders`, `orders/prices`. */
  readonly path: string
  /** The query's parameters. */
  readonly options: Readonly<Record<string, string>>
  /** The whole address in its normal form. */
  readonly href: string
}

const SCHEME = /^[a-z][a-z0-9-]*$/

/**
 * Reads an address.
 * @throws SignalboxError `ADDRESS_INVALID` that names the text and the fault.
 */
export function parseAddress(text: string): Address {
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw invalid(text, 'it is not a URL', cause)
  }
  const scheme = url.protocol.slice(0, -1)
  if (!SCHEME.test(scheme) || !text.includes('://')) {
    throw invalid(text, 'it must look like <transport>://<host>/<name>')
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(text, 'credentials do not belong in an address; put them into the configuration')
  }
  let path: string
  try {
    path = decodeURIComponent(url.pathname.replace(/^\//, ''))
  } catch (cause) {
    throw invalid(text, 'its path is not valid percent-encoding', cause)
  }
  if (path.includes('\0')) throw invalid(text, 'a name cannot contain a NUL character')
  return Object.freeze({
    scheme,
    host: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    path,
    options: Object.freeze(Object.fromEntries(url.searchParams)),
    href: url.href,
  })
}

/** Writes an address from its parts; the counterpart of {@link parseAddress}. */
export function formatAddress(parts: {
  scheme: string
  host: string
  port?: number
  path?: string
}): Address {
  const port = parts.port === undefined ? '' : `:${parts.port}`
  const path = parts.path === undefined ? '' : `/${parts.path.split('/').map(encodeURIComponent).join('/')}`
  return parseAddress(`${parts.scheme}://${parts.host}${port}${path}`)
}

function invalid(text: string, why: string, cause?: unknown): SignalboxError {
  return new SignalboxError('ADDRESS_INVALID', `address ${JSON.stringify(text)}: ${why}`, { cause })
}

/** A path of a node in a namespace: encoded once more, so that no two pairs of names make one path. */
export function nodePath(namespace: string, node: string): string {
  return [namespace, node].map(encodeURIComponent).join('/')
}
