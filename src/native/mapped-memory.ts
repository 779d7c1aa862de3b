import { SignalboxError } from '../core/contracts/index.js'
import { MappedView } from './mapped-view.js'
import type { Mapping, MappingAccess } from './mapping.js'

/**
 * Mapped memory as a program gets it: a buffer to read and write in, or, where it was opened for `read`, copies. The
 * system forbids writing there and would end the process, so no buffer of it leaves this object.
 */
export abstract class MappedMemory implements Disposable {
  /** Bytes. */
  readonly size: number
  protected readonly access: MappingAccess
  readonly #what: string
  readonly #view: MappedView
  /** What `read` copies from; of memory for reading it never leaves this object. */
  #bytes: Uint8Array | undefined
  #words: Int32Array | undefined

  /**
   * @param what how messages call it: `shared memory orders`
   * @param mapping belongs to it from now on, also when this throws
   * @throws SignalboxError `LIMIT_EXCEEDED` when it is more than one buffer can have
   */
  constructor(what: string, mapping: Mapping, access: MappingAccess) {
    this.size = mapping.bytes
    this.access = access
    this.#what = what
    this.#view = new MappedView(what, mapping)
  }

  /**
   * All of the memory, the same buffer each time.
   * @throws SignalboxError `CLOSED`; `ACCESS_DENIED` when it was opened for `read`
   */
  get buffer(): ArrayBuffer {
    if (this.access === 'read-write') return this.#view.buffer
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${this.#what} was opened for reading, and whoever has its buffer could write; use read(), or open it for 'read-write'`,
    )
  }

  /** {@link buffer} as bytes, the same array each time. @throws SignalboxError like `buffer` */
  get bytes(): Uint8Array {
    const { buffer } = this
    this.#bytes ??= new Uint8Array(buffer)
    return this.#bytes
  }

  /**
   * Copies what is at `position` into `target`, all of it: bytes that another process writes meanwhile may be old or new.
   * @throws SignalboxError `CLOSED`; `LIMIT_EXCEEDED` beyond the end
   */
  read(target: Uint8Array, position = 0): void {
    this.#bytes ??= new Uint8Array(this.#view.buffer)
    this.#check(position, target.byteLength)
    target.set(this.#bytes.subarray(position, position + target.byteLength))
  }

  /**
   * The 32-bit integer at `position`, a multiple of 4, as `Atomics.load` has it: what its writer wrote before it is there.
   * @throws SignalboxError `CLOSED`; `LIMIT_EXCEEDED` beyond the end or between two integers
   */
  load(position: number): number {
    this.#words ??= new Int32Array(this.#view.buffer, 0, Math.floor(this.size / 4))
    this.#check(position, 4)
    if (position % 4 !== 0) throw this.#outside(`${position} is no multiple of 4`)
    return Atomics.load(this.#words, position / 4)
  }

  protected get isOpen(): boolean {
    return this.#view.isOpen
  }

  /** Ends this process's access. Harmless twice. */
  close(): void {
    this.#forget()
    this.#view.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes, and gives the addresses back at once where the runtime can: see {@link MappedView.closeAtOnce}. */
  protected closeAtOnce(): void {
    this.#forget()
    this.#view.closeAtOnce()
  }

  #forget(): void {
    this.#bytes = undefined
    this.#words = undefined
  }

  #check(position: number, length: number): void {
    if (Number.isInteger(position) && position >= 0 && position + length <= this.size) return
    throw this.#outside(`there are no ${length} B at ${position}`)
  }

  #outside(why: string): SignalboxError {
    return new SignalboxError('LIMIT_EXCEEDED', `${this.#what} of ${this.size} B: ${why}`)
  }
}
