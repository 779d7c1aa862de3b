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

/** Memory of a name that several processes map, as one of them has it. */
export interface SharedObject {
  readonly mapping: Mapping
  /** The user it belongs to, as the system writes it: a uid, a SID; undefined where it is not readable. */
  readonly owner: string | undefined
  /** Whether that is this user, or one who could do anything anyway. */
  readonly trusted: boolean
  /** Removes the name, as far as this process may; it is all the same when it is gone already. */
  unlink(): void
}
