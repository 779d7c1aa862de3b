import { SignalboxError } from '../../core/contracts/index.js'
import { MappedMemory } from '../../native/mapped-memory.js'
import type { MappedFile, MappingAccess } from '../../native/mapping.js'
import * as posix from '../../native/posix/mapped-file.js'
import * as win32 from '../../native/win32/mapped-file.js'

const { createMappedFile, openMappedFile } = process.platform === 'win32' ? win32 : posix

/** Options of {@link FileMapping.open}. */
export interface FileMappingOptions {
  /**
   * What this process may do with it. For `read` the system itself forbids writing, which would end the process, so
   * {@link FileMapping.read} copies and there are no `buffer` and `bytes`.
   * @default 'read-write'
   */
  readonly access?: MappingAccess
  /**
   * Whose may be opened: this user's and those of the system's administrators, or everybody's, as far as the
   * system permits it.
   * @default 'trusted'
   */
  readonly owner?: 'trusted' | 'anyone'
}

/**
 * A file as memory, which all processes share that map it, and which outlives them. Foreign programs can map the same file,
 * or read it when nobody writes. What one process writes, the others see at once; order and wholeness are up to
 * Atomics, which work on the buffer between processes.
 *
 * What was written survives the end of a process, however it ends, but the end of the machine only when it was on the disk:
 * see {@link flush}.
 *
 * **Closing never leaves a view that could crash.** Where buffers can be detached (Node 22), `close` does that: views have no
 * bytes then, and Atomics on them throw. On Node 20 a view of a closed mapping reads and writes memory of this process
 * alone, zeros at first; on Windows, the file still. The addresses are given back when the last view is garbage; until
 * then Windows does not let the file be removed or cut.
 *
 * All programs that have the file must be trusted not to cut it: an access beyond its end ends the process.
 *
 * @example
 * ```ts
 * using prices = FileMapping.create('prices.map', 4096)
 * new Int32Array(prices.buffer)[0] = 42
 * await prices.flush()
 * // in another process, maybe tomorrow
 * using same = FileMapping.open('prices.map', { access: 'read' })
 * console.log(same.load(0)) // 42
 * ```
 */
export class FileMapping extends MappedMemory {
  /** As it was given. */
  readonly path: string
  readonly #file: MappedFile
  /** For each time that it is being written to the disk at the moment, what keeps it mapped meanwhile. */
  readonly #flushing: ArrayBuffer[] = []
  #unmaps = false
  #fileClosed = false

  private constructor(path: string, file: MappedFile, access: MappingAccess) {
    super(`file ${path}`, file.mapping, access)
    this.path = path
    this.#file = file
  }

  /**
   * Creates a file of zeros that only this user may open, and maps it.
   * @param bytes how long it is, for ever; there is room on the disk for all of them when this returns
   * @throws SignalboxError `ADDRESS_IN_USE` when there is one; `ADDRESS_INVALID`; `ACCESS_DENIED`; `LIMIT_EXCEEDED` without
   * room; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM`
   */
  static create(path: string, bytes: number): FileMapping {
    if (!Number.isSafeInteger(bytes) || bytes <= 0) {
      throw new SignalboxError('LIMIT_EXCEEDED', `file ${path}: ${bytes} is no number of bytes`)
    }
    return FileMapping.#of(path, createMappedFile(path, bytes), 'read-write')
  }

  /**
   * Maps all of a file, as long as it is now.
   * @throws SignalboxError `NO_LISTENER` when there is none; `ACCESS_DENIED`, also for another user's unless `owner` permits
   * it; `ADDRESS_INVALID`, also for an empty one; `LIMIT_EXCEEDED`; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM`
   */
  static open(path: string, options: FileMappingOptions = {}): FileMapping {
    const { access = 'read-write', owner = 'trusted' } = options
    const file = openMappedFile(path, access)
    if (owner === 'trusted' && !file.trusted) {
      file.mapping.unmap()
      file.close()
      throw new SignalboxError(
        'ACCESS_DENIED',
        `file ${path} belongs to user ${file.owner ?? 'unknown'}; use another one, or open it with owner: 'anyone'`,
      )
    }
    return FileMapping.#of(path, file, access)
  }

  static #of(path: string, file: MappedFile, access: MappingAccess): FileMapping {
    try {
      return new FileMapping(path, file, access)
    } catch (error) {
      file.close()
      throw error
    }
  }

  /**
   * Has everything that was written until now, by whomever, written to the disk; resolves when it is there. The event loop
   * goes on meanwhile, the process does not exit.
   * @throws SignalboxError `CLOSED`; `ACCESS_DENIED` when it was opened for `read`; `SYSTEM`
   */
  async flush(): Promise<void> {
    this.#flushing.push(this.buffer)
    try {
      await this.#file.flush()
    } finally {
      this.#flushing.pop()
      this.#letGoOfFile()
    }
  }

  /**
   * Takes the lock of a number, unless somebody has it, in whatever process or thread. Locks are advice, and forbid
   * nothing to who does not ask. They end with `close`, and with the process, however it ends.
   * @throws SignalboxError `CLOSED`; `SYSTEM` where the file system has no locks
   */
  lock(number: number): boolean {
    if (!this.isOpen) throw new SignalboxError('CLOSED', `file ${this.path} was closed here`)
    return this.#file.lock(number)
  }

  /** Lets go of a lock. */
  unlock(number: number): void {
    if (this.isOpen) this.#file.unlock(number)
  }

  /** Ends this process's access; what is being flushed still gets to the disk. Harmless twice. */
  override close(): void {
    super.close()
    this.#letGoOfFile()
  }

  /**
   * Closes, and gives the addresses back at once where the runtime can detach buffers, so that Windows lets the file be
   * removed. Only for an owner who knows that nothing outside of JS has the bytes at hand, such as `zlib` in its thread.
   */
  unmap(): void {
    this.#unmaps = true
    this.close()
  }

  #letGoOfFile(): void {
    if (this.isOpen || this.#flushing.length > 0) return
    if (this.#unmaps) this.closeAtOnce()
    if (this.#fileClosed) return
    this.#fileClosed = true
    this.#file.close()
  }
}
