import { constants, fstatSync, openSync } from 'node:fs'

/** Neither follows a link nor waits for the other end of a FIFO. */
const FLAGS = constants.O_NONBLOCK | constants.O_NOFOLLOW

/** Whether a living process has a named object open; `abandoned`: none has, and its next owner must hear of the last one. */
export type Use = 'none' | 'in use' | 'abandoned'

/** What to do with the files of an object that is in no use, while nobody can open it. */
export type Unused = 'remove' | 'tell'

/** Opens a file that others may remove; undefined when there is none. */
export function openIfThere(path: string, mode: number): number | undefined {
  try {
    return openSync(path, mode | FLAGS, 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Whether an open file can still be found: one that was removed while it was opened is nobody's who comes later. */
export function hasName(fd: number): boolean {
  return fstatSync(fd).nlink > 0
}
