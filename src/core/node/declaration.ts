import { type Structures, structureLimits } from '../contracts/index.js'
import { type ByteReader, type ByteWriter, violation } from '../link/index.js'
import type { LocalContract, Part } from './contract-table.js'

/** A contract as the peer declared it, by the number that the peer gave it. */
export interface Declaration {
  readonly id: number
  readonly key: string
  /** Undefined where the peer's schema library gives no JSON Schema. */
  readonly digest: string | undefined
  readonly structures: Readonly<Record<Part, Structures>>
}

// Bounds of what a peer may declare (I12).
const KEY_LENGTH = 512
const DIGEST_LENGTH = 128
const FIELD_LENGTH = 256

/** Writes what the peer must know before it can read values of `contract`. */
export function writeDeclaration(out: ByteWriter, contract: LocalContract): ByteWriter {
  out
    .varint(contract.id)
    .text(contract.key)
    .text(contract.digest ?? '')
  writeStructures(out, contract.structures.input)
  writeStructures(out, contract.structures.output)
  return out
}

/** Reads a declaration. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function readDeclaration(input: ByteReader): Declaration {
  const id = input.varint()
  const key = input.text(KEY_LENGTH)
  const digest = input.text(DIGEST_LENGTH)
  const structures = { input: readStructures(input), output: readStructures(input) }
  return { id, key, digest: digest === '' ? undefined : digest, structures }
}

function writeStructures(out: ByteWriter, structures: Structures): void {
  out.varint(structures.length)
  for (const fields of structures) {
    out.varint(fields.length)
    for (const field of fields) out.text(field)
  }
}

function readStructures(input: ByteReader): Structures {
  return list(input, structureLimits.structures, () =>
    list(input, structureLimits.keys, () => input.text(FIELD_LENGTH)),
  )
}

function list<T>(input: ByteReader, most: number, read: () => T): T[] {
  const length = input.varint()
  if (length > most) throw violation(`a declaration lists ${length} where ${most} are allowed`)
  return Array.from({ length }, read)
}
