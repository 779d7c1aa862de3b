import { createHash } from 'node:crypto'
import { SignalboxError } from '../../core/contracts/index.js'

/** Characters of a path, without its terminator. */
const LONGEST_PATH = 259
const UNUSABLE = /\p{Cc}|^$|^[/\\]|[/\\]$|[/\\]{2}/u

/**
 * The path of a mailslot: `\\.\mailslot\orders`. Names may have folders, which need not exist.
 * @param host the machine, a domain, or `*` for one's own domain
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function slotPathOf(name: string, host = '.'): string {
  const invalid = (why: string) =>
    new SignalboxError('ADDRESS_INVALID', `${JSON.stringify(name)} is no mailslot name: ${why}`)
  if (UNUSABLE.test(name)) throw invalid('it needs characters, and between its slashes too')
  const folder = `\\\\${host}\\mailslot\\`
  const longest = LONGEST_PATH - folder.length
  if (name.length > longest) {
    throw invalid(`it has ${name.length} characters and Windows takes ${longest}; shorten it`)
  }
  return folder + name.replaceAll('/', '\\')
}

/**
 * The name of a kernel object that belongs to a slot. Hashed, because those take no backslash; lower case,
 * because mailslots do not tell case apart and kernel objects do.
 */
export function companionNameOf(path: string, kind: 'bell' | 'claim'): string {
  return `Global\\signalbox-mailslot-${kind}-${createHash('sha256').update(path.toLowerCase()).digest('hex')}`
}
