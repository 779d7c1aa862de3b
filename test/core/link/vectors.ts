import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** A block of docs/wire-protocol.md. */
export interface Vector {
  readonly name: string
  /** What it is an example of: `frame`, `varint`, `stream` and so on. */
  readonly of: string
  /** What it says. */
  readonly fields: Fields
  /** How it says that. */
  readonly bytes: Uint8Array
}

/** The fields of a vector. Each getter fails the test where a field is missing or of another type. */
export class Fields {
  constructor(readonly values: Readonly<Record<string, unknown>>) {}

  text(name: string): string {
    return this.#get(name, 'string') as string
  }

  number(name: string): number {
    return this.#get(name, 'number') as number
  }

  bytes(name: string): Uint8Array {
    return fromHex(this.text(name))
  }

  list(name: string): Uint8Array[] {
    return (this.#get(name, 'object') as string[]).map(fromHex)
  }

  /** Names, where they are not byte strings. */
  names(name: string): string[] {
    return this.#get(name, 'object') as string[]
  }

  /** Fields within a field. */
  within(name: string): Fields {
    return new Fields(this.#get(name, 'object') as Record<string, unknown>)
  }

  #get(name: string, type: string): unknown {
    const value = this.values[name]
    if (typeof value !== type) throw new Error(`the vector has no ${type} ${name}`)
    return value
  }
}

const BLOCK = /^```vector\nname: (.*)\nof: (.*)\nfields: (.*)\nhex: ?(.*)\n```$/gm

/** All vectors of the wire protocol's page, of one sort. */
export function vectorsOf(sort: string): Vector[] {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/wire-protocol.md'), 'utf8')
  const blocks = [...page.replaceAll('\r\n', '\n').matchAll(BLOCK)]
  return blocks
    .map(([, name = '', of = '', fields = '', hex = '']) => {
      return { name, of, fields: new Fields(JSON.parse(fields)), bytes: fromHex(hex) }
    })
    .filter(vector => vector.of === sort)
}

/** Bytes of hexadecimal digits; `61*3` is `616161`. */
export function fromHex(hex: string): Uint8Array {
  const long = hex.replaceAll(/([0-9a-f]{2})\*(\d+)/g, (_, byte: string, count: string) =>
    byte.repeat(Number(count)),
  )
  return Uint8Array.from(Buffer.from(long.replaceAll(' ', ''), 'hex'))
}

/** The other way, for messages that people read. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
