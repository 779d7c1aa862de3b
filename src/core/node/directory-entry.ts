import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ownerShape } from './owned-file.js'

const name = z.string().min(1).max(255)

const directoryEntrySchema = z.object({
  name,
  namespace: name,
  ...ownerShape,
  incarnation: z.string().regex(/^[0-9a-f]{1,64}$/),
  addresses: z.array(z.string().min(1).max(2048)).max(64).readonly(),
  started: z.iso.datetime(),
})

/** What the directory says of a node. It is what the node wrote: its addresses still have to be proven. */
export interface DirectoryEntry {
  readonly name: string
  readonly namespace: string
  /** The process that the node is. */
  readonly pid: number
  /** What tells that process from a later one of the same pid; see ProcessTable. */
  readonly process: string
  /** The random id of this life of the node, in hexadecimal. */
  readonly incarnation: string
  /** Where it listens, the preferred address first. */
  readonly addresses: readonly string[]
  /** When it was announced: ISO 8601, UTC. */
  readonly started: string
}

/** The entry that the bytes of a file describe, or why they describe none. */
export function readEntry(bytes: Uint8Array): DirectoryEntry | string {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return 'it is no JSON'
  }
  const { data, error } = directoryEntrySchema.safeParse(value)
  if (data !== undefined) return data
  const issue = error.issues[0]
  return `${issue?.path.join('.') || 'its content'}: ${issue?.message}`
}

/** What the names of entries' files end in. */
export const ENTRY_SUFFIX = '.json'

/** Characters of a name from where on it is hashed: file systems take 255 bytes. */
const LONGEST = 150
/** Names that Windows keeps for devices, whatever follows a dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/

/** The name of the file of a node's entry. Different names never share one. */
export function entryFileName(node: string): string {
  return pathSegment(node) + ENTRY_SUFFIX
}

/**
 * Writes every byte but `a-z 0-9 _ -` as `%XX`, so that a name is nothing but a name in a path. Upper
 * case is written so, because Windows and macOS do not tell it apart in file names.
 */
export function pathSegment(name: string): string {
  const encoded = name.replace(/[^a-z0-9_-]/gu, percent)
  if (encoded.length > LONGEST) {
    return `${encoded.slice(0, 40)}~${createHash('sha256').update(name).digest('hex')}`
  }
  return DEVICE.test(encoded) ? encoded.replace(/^./, percent) : encoded
}

function percent(character: string): string {
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&')
}
