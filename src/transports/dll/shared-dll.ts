import { join } from 'node:path'
import { SignalboxError } from '../../core/contracts/index.js'
import { MappedView } from '../../native/mapped-view.js'
import { defaultRuntimeFolder } from '../../native/runtime-folder.js'
import { loadMapping } from '../../native/win32/loaded-library.js'
import { withVerifiedFile } from './dll-file.js'
import { sharedSectionImage } from './pe-image.js'

/** Options of {@link SharedDll.open}. */
export interface SharedDllOptions {
  /**
   * The folder of this user in whose folder `dll` the library is kept; all processes that are to share must agree on it.
   * @default the runtime folder
   */
  readonly runtimeFolder?: string
}

/** The exported name of the first shared byte, for foreign programs: `GetProcAddress(library, "signalbox_shared")`. */
export const SHARED_SYMBOL = 'signalbox_shared'

const LONGEST_NAME = 100
const NAME = /^[a-z0-9_-][a-z0-9._~-]*$/

/**
 * The shared section of a library that all processes have in common which load the same file: memory without a name
 * of the system's. The library is written by us, has no code, and is kept per name and size; any program may load it,
 * too, and finds the bytes at the exported name `signalbox_shared`. They are zeros when the first process
 * loads it, and last as long as any has it loaded.
 *
 * Order and wholeness are up to Atomics, which work on the buffer between processes (`Atomics.wait` and `notify` do not).
 * Closing never leaves a view that could crash: the library stays loaded until the last view is garbage. Where buffers can
 * be detached (Node 22), `close` does that, and views have no bytes then.
 *
 * @example
 * ```ts
 * using dll = await SharedDll.open('orders', 65_536)
 * new Int32Array(dll.buffer)[0] = 42
 * // in another process
 * using same = await SharedDll.open('orders', 65_536)
 * console.log(new Int32Array(same.buffer)[0]) // 42
 * ```
 */
export class SharedDll implements Disposable {
  readonly #view: MappedView
  #bytes: Uint8Array | undefined

  private constructor(
    readonly name: string,
    /** Bytes. */
    readonly size: number,
    /** Of the library, for programs that load it, too. */
    readonly path: string,
    view: MappedView,
  ) {
    this.#view = view
  }

  /**
   * Loads the library of that name and size, which is made when there is none.
   * @param name of `a-z 0-9 . _ ~ -`, at most 100
   * @param bytes up to 1 GiB; another size is another library
   * @throws SignalboxError `ADDRESS_INVALID`; `LIMIT_EXCEEDED`; `ACCESS_DENIED` when the file or its folder could have
   * been planted; `TRANSPORT_UNAVAILABLE` where there is no Windows; `SYSTEM`
   */
  static async open(name: string, bytes: number, options: SharedDllOptions = {}): Promise<SharedDll> {
    if (process.platform !== 'win32') {
      const why = `libraries with shared sections need Windows, and this is ${process.platform}; use shared memory`
      throw new SignalboxError('TRANSPORT_UNAVAILABLE', why)
    }
    if (!NAME.test(name) || name.length > LONGEST_NAME) {
      const why = `at most ${LONGEST_NAME} of a-z 0-9 . _ ~ -, and no dot or tilde first`
      throw new SignalboxError('ADDRESS_INVALID', `${JSON.stringify(name)} is no name of a library: ${why}`)
    }
    const machine = process.arch === 'arm64' ? 'arm64' : 'x64'
    const fileName = `${name}-${bytes}-${machine}.dll`
    const image = sharedSectionImage({ fileName, symbol: SHARED_SYMBOL, bytes, machine })
    const folder = join(options.runtimeFolder ?? defaultRuntimeFolder(), 'dll')
    return withVerifiedFile(folder, fileName, image, path => {
      const view = new MappedView(`the shared bytes of ${path}`, loadMapping(path, SHARED_SYMBOL, bytes))
      return new SharedDll(name, bytes, path, view)
    })
  }

  /** All of the shared bytes, the same buffer each time. @throws SignalboxError `CLOSED` */
  get buffer(): ArrayBuffer {
    return this.#view.buffer
  }

  /** All of the shared bytes, the same array each time. @throws SignalboxError `CLOSED` */
  get bytes(): Uint8Array {
    this.#bytes ??= new Uint8Array(this.#view.buffer)
    return this.#bytes
  }

  /** Ends this process's access; the bytes last as long as anybody has them. Harmless twice. */
  close(): void {
    this.#bytes = undefined
    this.#view.close()
  }

  /**
   * Like `close`, and unloads the library at once where views can be detached. Only while nothing outside of JS has the bytes
   * at hand: `zlib` in its thread, a foreign function.
   */
  unload(): void {
    this.#bytes = undefined
    this.#view.closeAtOnce()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
