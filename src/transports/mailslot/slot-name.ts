import { createHash } from 'node:crypto'
import { SignalboxError } from '../../core/contracts/index.js'

/** Characters of a name: a path has 260 at most, with its terminator, and all paths begin with `\\.\mailslot\`. */
const LONGEST_NAME = 247
const UNUSABLE = /\p{Cc}|^$|^[/\\]|[/\\]$|[/\\]{2}/u

/**
 * The path of a mailslot of this machine: `\\.\mailslot\orders`. Names may have folders, which need not exist.
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function slotPathOf(name: string): string {
  const invalid = (why: string) =>
    new SignalboxError('ADDRESS_INVALID', `${JSON.stringify(name)} is no mailslot name: ${why}`)
  if (UNUSABLE.test(name)) throw invalid('it needs characters, and between its slashes too')
  if (name.length > LONGEST_NAME) {
    throw invalid(`it has ${name.length} characters and Windows takes ${LONGEST_NAME}; shorten it`)
  }
  return `\\\\.\\mailslot\\${name.replaceAll('/', '\\')}`
}

/**
 * The name of a kernel object that belongs to a slot. Hashed, because those take no backslash; lower case,
 * because mailslots do not tell case apart and kernel objects do.
 */
export function companionNameOf(path: string, kind: 'bell' | 'claim'): string {
  return `Global\\signalbox-mailslot-${kind}-${createHash('sha256').update(path.toLowerCase()).digest('hex')}`
}
