import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PREFIX } from './length-prefixed.js'

/** How frames get onto a socket. */
export interface SocketWriter {
  /** Takes a frame; its bytes are the caller's again. False: wait for {@link drained} before the next. */
  write(frame: Uint8Array): boolean
  drained(): Promise<unknown>
  /** Nothing follows for now. */
  flush(): void
}

/** One write a frame, as most programs do it. */
export class PlainWriter implements SocketWriter {
  constructor(private readonly socket: Socket) {}

  write(frame: Uint8Array): boolean {
    const bytes = Buffer.allocUnsafe(PREFIX + frame.length)
    bytes.writeUInt32LE(frame.length)
    bytes.set(frame, PREFIX)
    return this.socket.write(bytes)
  }

  drained(): Promise<unknown> {
    return once(this.socket, 'drain')
  }

  flush(): void {}
}

/** Bytes of one write. */
const PACK = 64 * 1024

/** As many frames a write as there are and fit. */
export class PackingWriter implements SocketWriter {
  #pack = Buffer.allocUnsafe(PACK)
  #filled = 0

  constructor(private readonly socket: Socket) {}

  write(frame: Uint8Array): boolean {
    const length = PREFIX + frame.length
    const room = this.#filled + length <= this.#pack.length || this.#write(length)
    this.#pack.writeUInt32LE(frame.length, this.#filled)
    this.#pack.set(frame, this.#filled + PREFIX)
    this.#filled += length
    return room
  }

  drained(): Promise<unknown> {
    return once(this.socket, 'drain')
  }

  flush(): void {
    this.#write(0)
  }

  /** @param needed bytes of the frame that is next */
  #write(needed: number): boolean {
    const full = this.#pack.subarray(0, this.#filled)
    this.#pack = Buffer.allocUnsafe(Math.max(PACK, needed))
    this.#filled = 0
    return full.length === 0 || this.socket.write(full)
  }
}
