/** What a mapping may be used for. Writing into one for `read` ends the process: no JS may get at it. */
export type MappingAccess = 'read' | 'read-write'

/** Pages that the system mapped into this process. Whoever made it unmaps it, once, after the last access. */
export interface Mapping {
  readonly address: bigint
  /** Bytes that may be accessed. */
  readonly bytes: number
  /**
   * Lets go of everything that no view needs; what is written from now on may be lost. Views stay harmless:
   * on POSIX zeros of this process alone take the place of what was mapped, in one step.
   */
  retire(): void
  /** Gives the addresses back: every later access ends the process. */
  unmap(): void
}

/** The right to memory as a number of this process, for another one to get it: a file descriptor, on Windows a handle. */
export interface SharedHandle {
  readonly value: number
  /**
   * Gives another process the same right, by a number of its own, which it closes.
   * @throws SignalboxError `TRANSPORT_UNAVAILABLE` on POSIX, which knows no such thing; `ACCESS_DENIED`; `SYSTEM`
   */
  duplicateInto(pid: number): number
  /** Once only. */
  close(): void
}

/** Memory that several processes map, as one of them has it. */
export interface SharedObject {
  readonly mapping: Mapping
  /** The user it belongs to, as the system writes it: a uid, a SID; undefined where it is not readable. */
  readonly owner: string | undefined
  /** Whether that is this user, or one who could do anything anyway. */
  readonly trusted: boolean
  /** Removes the name, as far as this process may; it is all the same when it is gone already. */
  unlink(): void
  /**
   * Another way to the same memory, which the caller closes; before the mapping is retired.
   * @throws SignalboxError `NO_LISTENER` when it had a name and lost it; `ACCESS_DENIED`; `SYSTEM`
   */
  share(access: MappingAccess): SharedHandle
}

/** A file that several processes map, as one of them has it. */
export interface MappedFile {
  readonly mapping: Mapping
  /** Like those of {@link SharedObject}. */
  readonly owner: string | undefined
  readonly trusted: boolean
  /**
   * Has what is in the mapping written to the disk, and resolves when it is there. Whoever calls keeps the mapping, and
   * does not close, until then.
   * @throws SignalboxError `SYSTEM`
   */
  flush(): Promise<void>
  /**
   * Takes the lock of a number, unless somebody has it; also another one of this process. It ends with the file: by
   * `close`, or by the end of the process, however it ends.
   * @throws SignalboxError `SYSTEM` where the file system has no locks
   */
  lock(number: number): boolean
  /** Lets go of a lock. */
  unlock(number: number): void
  /** Closes the file; the mapping stays. Once only. */
  close(): void
}

/** Where in a file the locks are, in bytes: far beyond everything that can be mapped. */
export const LOCKS_AT = 2 ** 44
