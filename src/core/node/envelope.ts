import { ByteReader, ByteWriter, violation } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import { type Declaration, readDeclaration, writeDeclaration } from './declaration.js'

/** What a message on a lane is. The flag `declares` may be added: then the contract's declaration stands in its head. */
const Op = { tell: 0x01, ask: 0x02, declares: 0x80 } as const

/** What stands before a value on a lane. */
export interface Head {
  readonly contract: number
  /** Present where the peer could not be sure that we know the contract. */
  readonly declaration: Declaration | undefined
  /** The number of the question; undefined when no answer is expected. */
  readonly question: number | undefined
  /** What the sending service tells the receiving one beside the value; may be empty. In place. */
  readonly note: Uint8Array
}

const NOTE_LENGTH = 2048
const NO_NOTE = new Uint8Array()
/** Serves all heads: each question has one of its own, and a writer costs more than the writing. */
const writer = new ByteWriter()

/** What a head is made from. */
export interface HeadOptions {
  /** Whether the peer knows the contract already. */
  readonly known: boolean
  readonly question?: number
  readonly note?: Uint8Array
}

/** Writes the head of a message. */
export function encodeHead(contract: LocalContract, { known, question, note }: HeadOptions): Uint8Array {
  const op = question === undefined ? Op.tell : Op.ask
  const out = writer.reset().u8(known ? op : op | Op.declares)
  if (known) out.varint(contract.id)
  else writeDeclaration(out, contract)
  if (question !== undefined) out.varint(question)
  return out.block(note ?? NO_NOTE).done()
}

/** What stands before and behind the number in the head of a question about a contract that the peer knows. */
export function questionHead(contract: LocalContract): [before: Uint8Array, after: Uint8Array] {
  return [writer.reset().u8(Op.ask).varint(contract.id).done(), writer.reset().block(NO_NOTE).done()]
}

/** Reads a head; what is left of the input is the value. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeHead(input: ByteReader): Head {
  const first = input.u8()
  const op = first & ~Op.declares
  if (op !== Op.tell && op !== Op.ask) throw violation(`0x${first.toString(16)} is no kind of message`)
  const declaration = (first & Op.declares) === 0 ? undefined : readDeclaration(input)
  const contract = declaration?.id ?? input.varint()
  const question = op === Op.ask ? input.varint() : undefined
  return { contract, declaration, question, note: input.block(NOTE_LENGTH) }
}
