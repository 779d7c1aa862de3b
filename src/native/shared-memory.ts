import { SignalboxError } from '../core/contracts/index.js'
import { MappedMemory } from './mapped-memory.js'
import type { MappingAccess, SharedHandle, SharedObject } from './mapping.js'
import * as posix from './posix/shared-memory-object.js'
import * as win32 from './win32/file-mapping.js'

const { createSharedObject, createAnonymousObject, openSharedObject, adoptSharedObject, takeSharedHandle } =
  process.platform === 'win32' ? win32 : posix

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

/** Options of {@link SharedMemory.fromHandle} and what is like it. */
export type SharedMemoryAccess = Pick<SharedMemoryOptions, 'access'>

/**
 * Memory that processes of this machine share. By **name**: a POSIX shared-memory object `/<name>`, on Windows a
 * file mapping `Local\<name>`. Foreign programs can open it, too. By **inheritance**, with a name or without: {@link share}
 * and `spawnInheriting`, then {@link SharedMemory.fromHandle} in the child. On Windows also by **duplication** of a handle into a process that
 * runs already: `duplicateInto` of what `share` returns, or {@link SharedMemory.duplicateFrom} there.
 *
 * What one process writes, the others see; order and wholeness are up to Atomics, which work on the buffer between processes. (`Atomics.wait` and `notify`
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
  /** As it was given; empty where it has none. */
  readonly name: string
  readonly #object: SharedObject
  #linked: boolean

  private constructor(name: string, object: SharedObject, access: MappingAccess) {
    super(`shared memory ${name || 'without a name'}`, object.mapping, access)
    this.name = name
    this.#object = object
    this.#linked = name !== ''
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
    checkSize(bytes)
    const object = createSharedObject(name, bytes)
    try {
      return new SharedMemory(name, object, 'read-write')
    } catch (error) {
      object.unlink()
      throw error
    }
  }

  /**
   * Creates memory full of zeros without a name: only processes that got a handle of it can open it, and nothing is left
   * of it when all have closed it, however they end.
   * @param bytes rounded up to whole pages; there is room for all of them when this returns
   * @throws SignalboxError `LIMIT_EXCEEDED` without room; `TRANSPORT_UNAVAILABLE` on macOS, or where koffi is missing; `SYSTEM`
   */
  static anonymous(bytes: number): SharedMemory {
    checkSize(bytes)
    return new SharedMemory('', createAnonymousObject(bytes), 'read-write')
  }

  /**
   * Opens memory by a handle that this process inherited, or that another one duplicated into it: a file descriptor on POSIX. It
   * belongs to the memory from now on, unless it leads to none. Whoever handed it over is trusted.
   * @throws SignalboxError `ADDRESS_INVALID` where it leads to no memory; `ACCESS_DENIED` when it was shared for less;
   * `LIMIT_EXCEEDED`; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM`
   */
  static fromHandle(value: number, { access = 'read-write' }: SharedMemoryAccess = {}): SharedMemory {
    return new SharedMemory('', adoptSharedObject(value, access), access)
  }

  /**
   * Opens memory by a handle of another process of this user, which keeps it. Follows DuplicateHandle.
   * @param pid of that process
   * @param value of the handle there: what it has from {@link share}
   * @throws SignalboxError like {@link fromHandle}; `TRANSPORT_UNAVAILABLE` on POSIX, which knows no such thing
   */
  static duplicateFrom(pid: number, value: number, options: SharedMemoryAccess = {}): SharedMemory {
    return SharedMemory.fromHandle(takeSharedHandle(pid, value), options)
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
   * A handle by which others may get the memory: inherited by a child (`spawnInheriting`, or on POSIX any `stdio`), or duplicated
   * into another process. The caller closes it, at any time after that.
   * @param options `access` is what they may do; for `read`, the system refuses them more
   * @throws SignalboxError `ACCESS_DENIED` for more than this process may; `CLOSED`; `NO_LISTENER` when it lost its name; `SYSTEM`
   */
  share({ access = this.access }: SharedMemoryAccess = {}): SharedHandle {
    if (!this.isOpen) throw new SignalboxError('CLOSED', `shared memory ${this.name} was closed here`)
    if (access === 'read-write' && this.access === 'read') {
      const why = `shared memory ${this.name} was opened for reading, and cannot be shared for more`
      throw new SignalboxError('ACCESS_DENIED', why)
    }
    return this.#object.share(access)
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

function checkSize(bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes > 0) return
  throw new SignalboxError('LIMIT_EXCEEDED', `shared memory cannot have ${bytes} B; give a number of bytes`)
}
