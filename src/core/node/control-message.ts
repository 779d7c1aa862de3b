import { type ByteReader, ByteWriter, violation } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import { type Declaration, readDeclaration, writeDeclaration } from './declaration.js'

/** What the nodes tell each other on the control lane. */
const Control = { catalogue: 0x01, interest: 0x02, abandoned: 0x03 } as const

const TOPIC_LENGTH = 2048

/** A change of what a node wants to hear. */
export interface InterestChange {
  readonly topic: string
  readonly wanted: boolean
}

/** What is done with control messages. */
export interface ControlReceiver {
  declared(declaration: Declaration): void
  interest(change: InterestChange): void
  /** The peer no longer waits for the answer to its question. */
  abandoned(question: number): void
}

/** Declares contracts before they are used. */
export function encodeCatalogue(contracts: readonly LocalContract[]): Uint8Array {
  const out = new ByteWriter().u8(Control.catalogue).varint(contracts.length)
  for (const contract of contracts) writeDeclaration(out, contract)
  return out.done()
}

export function encodeInterest({ topic, wanted }: InterestChange): Uint8Array {
  return new ByteWriter()
    .u8(Control.interest)
    .u8(wanted ? 1 : 0)
    .text(topic)
    .done()
}

export function encodeAbandoned(question: number): Uint8Array {
  return new ByteWriter().u8(Control.abandoned).varint(question).done()
}

/** Reads a control message and hands over what it says. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function readControl(input: ByteReader, receiver: ControlReceiver): void {
  const kind = input.u8()
  switch (kind) {
    case Control.catalogue:
      for (let left = input.varint(); left > 0; left--) receiver.declared(readDeclaration(input))
      break
    case Control.interest: {
      const wanted = input.u8() === 1
      receiver.interest({ topic: input.text(TOPIC_LENGTH), wanted })
      break
    }
    case Control.abandoned:
      receiver.abandoned(input.varint())
      break
    default:
      throw violation(`0x${kind.toString(16)} is no control message`)
  }
  input.end()
}
