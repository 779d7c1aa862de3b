import { SignalboxError } from '../../core/contracts/index.js'
import { MappedMemory } from '../../native/mapped-memory.js'
import type { MappingAccess, SharedObject } from '../../native/mapping.js'
import * as posix from '../../native/posix/shared-memory-object.js'
import * as win32 from '../../native/win32/file-mapping.js'

const { createSharedObject, openSharedObject } = process.platform === 'win32' ? win32 : posix

/** Options of {@link SharedMemory.open}. */
export interface SharedMemoryOptions {
  /**
   * What this process may do with it. For `read` the system itself forbids writing, which would end the
   * process, so {@link SharedMemory.read} copies and there is no {@link SharedMemory.buffer}.
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
 * Memory that processes of this machine share by a name: a POSIX shared-memory object `/<name>`, on Windows a
 * file mapping `Local\<name>`. Foreign programs can open it, too. What one process writes, the others see;
 * order and wholeness are up to Atomics, which work on the buffer between processes. (`Atomics.wait` and `notify`
 * do not, and the buffer cannot be transferred to another thread: a thread opens the memory itself.)
 *
 * **Closing never leaves a view that could crash.** Where buffers can be detached (Node 22), `close` does that: views
 * have no bytes then, and Atomics on them throw. On Node 20 a view of closed memory reads and writes memory of
 * this process alone, zeros at first; on Windows, the shared memory still. The addresses are given back when the
 * last view is garbage, also those of memory that nobody closes; on Windows the memory itself, too.
 *
 * All processes that open it must be trusted not to shrink it: an access beyond its end ends the process.
 *
 * @example
 * ```ts
 * using memory = SharedMemory.create('orders', 65_536)
 * new Int32Array(memory.buffer)[0] = 42
 * // in another process
 * using same = SharedMemory.open('orders')
 * console.log(new Int32Array(same.buffer)[0]) // 42
 * ```
 */
export class SharedMemory extends MappedMemory {
  /** As it was given. */
  readonly name: string
  readonly #object: SharedObject
  #linked = true

  private constructor(name: string, object: SharedObject, access: MappingAccess) {
    super(`shared memory ${name}`, object.mapping, access)
    this.name = name
    this.#object = object
  }

  /**
   * Creates memory full of zeros that only this user may open. Its name stays until `unlink`; on Windows it goes
   * with the process, too.
   * @param name of at most 255 bytes (30 on macOS), without slashes; on Windows it may begin with `Local\` or `Global\`
   * @param bytes rounded up to whole pages; there is room for all of them when this returns
   * @throws SignalboxError `ADDRESS_INVALID`; `ADDRESS_IN_USE` when there is one of that name; `ACCESS_DENIED`;
   * `LIMIT_EXCEEDED` without room; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM`
   */
  static create(name: string, bytes: number): SharedMemory {
    if (!Number.isSafeInteger(bytes) || bytes <= 0) {
      throw new SignalboxError('LIMIT_EXCEEDED', `shared memory ${name}: ${bytes} is no number of bytes`)
    }
    const object = createSharedObject(name, bytes)
    try {
      return new SharedMemory(name, object, 'read-write')
    } catch (error) {
      object.unlink()
      throw error
    }
  }

  /**
   * Opens memory that a process created.
   * @throws SignalboxError `NO_LISTENER` when there is none; `ACCESS_DENIED`, also for another user's unless
   * `owner` permits it; `ADDRESS_INVALID`; `LIMIT_EXCEEDED`; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM`
   */
  static open(name: string, options: SharedMemoryOptions = {}): SharedMemory {
    const { access = 'read-write', owner = 'trusted' } = options
    const object = openSharedObject(name, access)
    if (owner === 'trusted' && !object.trusted) {
      object.mapping.unmap()
      throw new SignalboxError(
        'ACCESS_DENIED',
        `shared memory ${name} belongs to user ${object.owner ?? 'unknown'}; use another name, or open it with owner: 'anyone'`,
      )
    }
    return new SharedMemory(name, object, access)
  }

  /**
   * Removes the name: nobody can open the memory any more, and those who have it keep it. Harmless twice. On
   * Windows only its creator can, and what others have open of it by other means keeps the name.
   * @throws SignalboxError `SYSTEM`, `ACCESS_DENIED`
   */
  unlink(): void {
    if (this.#linked) this.#object.unlink()
    this.#linked = false
  }
}
