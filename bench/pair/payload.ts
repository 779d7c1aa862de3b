import { isOrder, type Order, orderOf } from './order.js'

/** What travels: bytes of a size, or values of ten fields. */
export type Payload = { readonly kind: 'bytes'; readonly size: number } | { readonly kind: 'order' }

/** A message of either kind. */
export type Message = Uint8Array | Order

/** Makes the messages of a payload, and tells whether one is what it should be. */
export interface Script {
  /** Message number `n`. Bytes are lent until the next call: what is kept must be copied. */
  message(n: number): Message
  /** Whether this is message number `n`, whole. */
  isMessage(message: Message, n: number): boolean
  /** The same of bytes from `start` to before `end` of `bytes`, for those who read where a message arrived. */
  isMessageAt(bytes: Uint8Array, start: number, end: number, n: number): boolean
}

export function scriptOf(payload: Payload): Script {
  return payload.kind === 'order' ? orders : new BytesScript(payload.size)
}

const orders: Script = {
  message: orderOf,
  isMessage: (message, n) => isOrder(message as Order, n),
  isMessageAt: () => false,
}

/** Each message has its number at both ends: a torn or a shifted one shows. */
class BytesScript implements Script {
  readonly #bytes: Uint8Array

  constructor(private readonly size: number) {
    this.#bytes = new Uint8Array(size).fill(0x5b)
  }

  message(n: number): Uint8Array {
    stamp(this.#bytes, 0, n)
    stamp(this.#bytes, this.size - 4, n)
    return this.#bytes
  }

  isMessage(message: Message, n: number): boolean {
    const bytes = message as Uint8Array
    return this.isMessageAt(bytes, 0, bytes.length, n)
  }

  isMessageAt(bytes: Uint8Array, start: number, end: number, n: number): boolean {
    return end - start === this.size && stampAt(bytes, start) === n && stampAt(bytes, end - 4) === n
  }
}

function stamp(bytes: Uint8Array, at: number, n: number): void {
  bytes[at] = n
  bytes[at + 1] = n >>> 8
  bytes[at + 2] = n >>> 16
  bytes[at + 3] = n >>> 24
}

function stampAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  )
}
