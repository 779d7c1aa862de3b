import type { Socket } from 'node:net'

/** Gets what was read: the first `length` bytes of `buffer`, until it returns. False has the socket stop reading. */
export type ReadTaker = (length: number, buffer: Uint8Array) => boolean

/** What is beneath a socket's stream, as far as it is needed here. */
interface Beneath {
  readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null
  [field: symbol]: unknown
}

/**
 * Has `socket` read into `buffer` from now on, and hand what came to `taker` instead of its stream. Node's own reads
 * allocate 64 KiB each, which costs several times as much as to read them.
 *
 * It is what the option `onread` does, which Node offers to whoever makes a socket, and to no server for those that it
 * accepts. The fields are the option's own, in every version that has it. Where they are missing, and where what is read is not
 * what travelled (TLS), the stream goes on as it is.
 */
export function readInto(socket: Socket, buffer: Uint8Array, taker: ReadTaker): void {
  const beneath = socket as unknown as Beneath
  const bufferField = fieldOf(socket, 'kBuffer')
  const takerField = fieldOf(socket, 'kBufferCb')
  const handle = beneath._handle
  if (!handle?.useUserBuffer || !bufferField || !takerField || 'encrypted' in socket) return
  beneath[bufferField] = buffer
  beneath[takerField] = taker
  handle.useUserBuffer(buffer)
}

function fieldOf(socket: Socket, name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(socket).find(({ description }) => description === name)
}
