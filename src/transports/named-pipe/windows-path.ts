import { SignalboxError } from '../../core/contracts/index.js'
import type { PipeName } from './pipe-name.js'

/** Characters of a whole pipe path (CreateNamedPipeW). */
const LONGEST_PATH = 256
const UNUSABLE = /[/\\\p{Cc}]|^$/u

/**
 * The path of a pipe: `\\.\pipe\signalbox.orders`.
 * @throws SignalboxError `ADDRESS_INVALID` when it is longer than Windows takes.
 */
export function windowsPathOf({ href, host, name }: Pick<PipeName, 'href' | 'host' | 'name'>): string {
  const path = `\\\\${host}\\pipe\\${name}`
  if (path.length > LONGEST_PATH) {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${href}: its path has ${path.length} characters and Windows takes ${LONGEST_PATH}; shorten the name`,
    )
  }
  return path
}

/** Whose pipe a name is. */
export interface RawPathOptions {
  /** @default '.', this machine */
  readonly host?: string
  /** @default false */
  readonly allowRemote?: boolean
}

/**
 * The path of a pipe by the system's own name: `\\.\pipe\orders`.
 * @throws SignalboxError `ADDRESS_INVALID`; `ACCESS_DENIED` for another machine that was not asked for
 */
export function rawPathOf(name: string, { host = '.', allowRemote = false }: RawPathOptions = {}): string {
  const path = `\\\\${host}\\pipe\\${name}`
  if (UNUSABLE.test(name) || UNUSABLE.test(host)) {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${JSON.stringify(path)} is no path of a pipe: machine and name need a character at least, and no slash`,
    )
  }
  if (host !== '.' && !allowRemote) {
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${path}: it is another machine's; set allowRemote to reach it, or leave out the host`,
    )
  }
  return windowsPathOf({ href: path, host, name })
}
