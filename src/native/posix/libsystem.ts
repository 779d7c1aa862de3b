import { systemLibrary } from '../system-library.js'

/** What only macOS has in its system library, under its own names. -1 (0 for `proc_pidinfo`) is failure. */
export interface LibSystem {
  getpeereid(fd: number, uid: Uint8Array, gid: Uint8Array): number
  proc_pidinfo(pid: number, flavour: number, argument: bigint, info: Uint8Array, size: number): number
}

/** libSystem as this process has it, bound with the first call; macOS only. */
export const libSystem = systemLibrary<LibSystem>(null, {
  getpeereid: 'int getpeereid(int fd, void *uid, void *gid)',
  proc_pidinfo: 'int proc_pidinfo(int pid, int flavour, uint64 argument, void *info, int size)',
})
