import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { type Handle, kernel32 } from '../../native/win32/kernel32.js'
import { libuv } from '../../native/win32/libuv.js'

/** Which way bytes go at an end: `read` is where they come out. */
export type PipeDirection = 'read' | 'write'

/** What the system knows an end by: a descriptor, or on Windows a handle that has none yet. */
type Held = { readonly fd: number } | { readonly handle: Handle }

/**
 * One end of an anonymous pipe that nobody uses yet. It is used once: as a stream, by a connection, or by a process that it is
 * handed to. No program inherits it unasked.
 */
export class PipeEnd implements Disposable {
  #held: Held | undefined

  private constructor(
    readonly direction: PipeDirection,
    held: Held,
  ) {
    this.#held = held
  }

  /** An end that this process has inherited, or otherwise has as a descriptor. It belongs to the end from now on. */
  static ofDescriptor(fd: number, direction: PipeDirection): PipeEnd {
    return new PipeEnd(direction, { fd })
  }

  /** An end that this process has as a handle of Windows, which belongs to the end from now on. */
  static ofHandle(handle: Handle, direction: PipeDirection): PipeEnd {
    return new PipeEnd(direction, { handle })
  }

  /** Whether nobody uses it yet, and it is not closed. */
  get unused(): boolean {
    return this.#held !== undefined
  }

  /**
   * Its file descriptor, for the `stdio` of a process that is started with it, which gets a copy. Close the end
   * afterwards: a pipe ends when all copies of its write end are closed.
   * @throws SignalboxError `CLOSED`; `LIMIT_EXCEEDED` without descriptors that are left
   */
  get descriptor(): number {
    const held = this.#assertHeld()
    if ('fd' in held) return held.fd
    const fd = libuv().uv_open_osfhandle(held.handle)
    if (fd === -1) {
      const advice = 'no file descriptor is left; close something, or use more processes'
      throw new SignalboxError('LIMIT_EXCEEDED', `an end of a pipe: ${advice}`)
    }
    this.#held = { fd }
    return fd
  }

  /**
   * A stream over this end, which closes it when it ends.
   * @throws SignalboxError `CLOSED`; `SYSTEM` where it is no pipe
   */
  stream(): Socket {
    const fd = this.descriptor
    this.#held = undefined
    try {
      return new Socket({ fd, readable: this.direction === 'read', writable: this.direction === 'write' })
    } catch (cause) {
      closeSync(fd)
      const why = `descriptor ${fd} cannot be used as an end of a pipe (${reasonOf(cause)})`
      throw new SignalboxError('SYSTEM', why, { cause })
    }
  }

  /**
   * What the system knows it by, a descriptor or on Windows a handle, for whoever hands it to another process, and owns it from
   * now on.
   * @throws SignalboxError `CLOSED`, also on Windows where it has a descriptor already
   */
  take(): number {
    const held = this.#assertHeld()
    if (process.platform === 'win32' && 'fd' in held) throw used(this.direction)
    this.#held = undefined
    return 'fd' in held ? held.fd : held.handle
  }

  /** Closes it, unless somebody uses it. Closing twice is harmless. */
  close(): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    if ('fd' in held) closeSync(held.fd)
    else kernel32().CloseHandle(held.handle)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #assertHeld(): Held {
    if (this.#held === undefined) throw used(this.direction)
    return this.#held
  }
}

function used(direction: PipeDirection): SignalboxError {
  return new SignalboxError(
    'CLOSED',
    `the ${direction} end of a pipe is closed or in use already; an end is used once`,
  )
}
