import type { SignalboxError } from '../contracts/index.js'
import { type ByteReader, ByteWriter, errorOf, readReason, violation, writeReason } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import { type Declaration, readDeclaration, writeDeclaration } from './declaration.js'

/** What stands first on the lane of answers. The flag `declares` may be added to a value. */
const Answer = { value: 0x01, failure: 0x02, declares: 0x80 } as const

/** Serves all heads: a writer costs more than the writing. */
const writer = new ByteWriter()

/** What stands before an answer's value, or all that there is when there is none. */
export type AnswerHead =
  | { readonly question: number; readonly failure: SignalboxError }
  | { readonly question: number; readonly contract: number | Declaration }

/** Writes what stands before the value of an answer to a peer that may not know the contract. */
export function encodeDeclaringHead(question: number, contract: LocalContract): Uint8Array {
  const out = writer
    .reset()
    .u8(Answer.value | Answer.declares)
    .varint(question)
  return writeDeclaration(out, contract).done()
}

/** What stands before and behind the number in the head of an answer to a peer that knows the contract. */
export function answerHead(contract: LocalContract): [before: Uint8Array, after: Uint8Array] {
  return [writer.reset().u8(Answer.value).done(), writer.reset().varint(contract.id).done()]
}

/** Writes that a question has no answer, and why. */
export function encodeFailure(question: number, { code, message }: SignalboxError): Uint8Array {
  return writeReason(writer.reset().u8(Answer.failure).varint(question), code, message).done()
}

/** Reads the head of an answer; what is left of the input is the value. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function readAnswerHead(input: ByteReader): AnswerHead {
  const first = input.u8()
  const question = input.varint()
  if (first === Answer.failure) return { question, failure: errorOf(readReason(input)) }
  if ((first & ~Answer.declares) !== Answer.value)
    throw violation(`0x${first.toString(16)} is no kind of answer`)
  const declares = (first & Answer.declares) !== 0
  return { question, contract: declares ? readDeclaration(input) : input.varint() }
}
