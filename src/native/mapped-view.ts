import { SignalboxError } from '../core/contracts/index.js'
import type { Mapping } from './mapping.js'
import { foreign } from './system-library.js'

/** `ArrayBuffer.prototype.transfer`, which Node has since version 22. */
const { transfer } = ArrayBuffer.prototype as { transfer?: (this: ArrayBuffer) => ArrayBuffer }

/** What is kept as long as a buffer can be used. */
interface Hold {
  readonly mapping: Mapping
  /** Has the bytes of the buffer that was detached, so that the runtime still counts them. */
  successor?: ArrayBuffer
}

/**
 * Gives back the addresses of buffers that nothing refers to any more, closed or forgotten. The runtime counts the
 * bytes of each buffer, so that many of them make it collect: addresses do not grow with openings.
 */
const unreachable = new FinalizationRegistry<Hold>(({ mapping }) => mapping.unmap())

/**
 * A mapping as an ArrayBuffer. An access to unmapped memory ends the process, and nothing can catch it. So the
 * addresses are given back only when the garbage collector has taken the buffer and all views of it: `close` retires
 * the mapping, and detaches all views where the runtime can. Detaching alone would not do: what runs
 * outside of JS at this moment, such as `zlib` in its thread, has an address and no view.
 */
export class MappedView {
  readonly #name: string
  readonly #hold: Hold
  #buffer: ArrayBuffer | undefined

  /**
   * @param name how messages call it
   * @param mapping belongs to the view from now on, also when this throws
   * @throws SignalboxError `LIMIT_EXCEEDED` when it is more than one buffer can have
   */
  constructor(name: string, mapping: Mapping) {
    this.#name = name
    this.#hold = { mapping }
    try {
      this.#buffer = foreign().view(mapping.address, mapping.bytes)
      unreachable.register(this.#buffer, this.#hold, this.#hold)
    } catch (cause) {
      mapping.unmap()
      const why = `${name}: ${mapping.bytes} B are more than one buffer of this runtime can have; use several`
      throw new SignalboxError('LIMIT_EXCEEDED', why, { cause })
    }
  }

  /** The same each time. @throws SignalboxError `CLOSED` */
  get buffer(): ArrayBuffer {
    if (this.#buffer === undefined) throw new SignalboxError('CLOSED', `${this.#name} was closed here`)
    return this.#buffer
  }

  get isOpen(): boolean {
    return this.#buffer !== undefined
  }

  /** Harmless twice. */
  close(): void {
    const buffer = this.#buffer
    if (buffer === undefined) return
    this.#buffer = undefined
    if (transfer !== undefined) this.#hold.successor = transfer.call(buffer)
    this.#hold.mapping.retire()
  }

  /**
   * Closes, and gives the addresses back at once where the runtime can detach. Only for an owner who knows that nothing
   * outside of JS has the bytes at hand. Harmless twice, and what was closed before gives its addresses back now.
   */
  closeAtOnce(): void {
    this.close()
    if (this.#hold.successor !== undefined && unreachable.unregister(this.#hold)) this.#hold.mapping.unmap()
  }
}
