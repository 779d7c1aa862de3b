import { SignalboxError } from '../core/contracts/index.js'
import type { Mapping } from './mapping.js'
import { foreign } from './system-library.js'

/** `ArrayBuffer.prototype.transfer`, which Node has since version 22. */
const { transfer } = ArrayBuffer.prototype as { transfer?: (this: ArrayBuffer, bytes: number) => ArrayBuffer }

/**
 * Gives back the addresses of buffers that nothing refers to any more: those that were closed where buffers
 * cannot be detached, and those that nobody closed. The runtime counts the bytes of each buffer, so that
 * many of them make it collect.
 */
const unreachable = new FinalizationRegistry<Mapping>(mapping => mapping.unmap())

/**
 * A mapping as an ArrayBuffer. An access to unmapped memory ends the process, and nothing can catch it. So the
 * addresses are given back only when no view is left that could be used: where buffers can be detached, `close` does
 * that, to all views at once; elsewhere they stay, retired, until the garbage collector took the last view.
 */
export class MappedView {
  readonly #name: string
  readonly #mapping: Mapping
  #buffer: ArrayBuffer | undefined

  /**
   * @param name how messages call it
   * @param mapping belongs to the view from now on, also when this throws
   * @throws SignalboxError `LIMIT_EXCEEDED` when it is more than one buffer can have
   */
  constructor(name: string, mapping: Mapping) {
    this.#name = name
    this.#mapping = mapping
    try {
      this.#buffer = foreign().view(mapping.address, mapping.bytes)
      unreachable.register(this.#buffer, mapping, mapping)
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

  /** Harmless twice. */
  close(): void {
    const buffer = this.#buffer
    if (buffer === undefined) return
    this.#buffer = undefined
    if (transfer === undefined) {
      this.#mapping.retire()
      return
    }
    transfer.call(buffer, 0)
    unreachable.unregister(this.#mapping)
    this.#mapping.unmap()
  }
}
