import { systemLibrary } from '../system-library.js'

/** What only macOS has in its system library, under its own names. -1 (0 for `proc_pidinfo`) is failure. */
export interface LibSystem {
  getpeereid(fd: number, uid: Uint8Array, gid: Uint8Array): number
  /** The mode is a variadic argument, which koffi takes as its type and its value. */
  shm_open(name: string, flags: number, modeType: 'int', mode: number): number
  shm_unlink(name: string): number
  ftruncate(fd: number, bytes: number): number
  close(fd: number): number
  proc_pidinfo(pid: number, flavour: number, argument: bigint, info: Uint8Array, size: number): number
}

/** libSystem as this process has it, bound with the first call; macOS only. */
export const libSystem = systemLibrary<LibSystem>(null, {
  getpeereid: 'int getpeereid(int fd, void *uid, void *gid)',
  shm_open: 'int shm_open(const char *name, int flags, ...)',
  shm_unlink: 'int shm_unlink(const char *name)',
  ftruncate: 'int ftruncate(int fd, int64 bytes)',
  close: 'int close(int fd)',
  proc_pidinfo: 'int proc_pidinfo(int pid, int flavour, uint64 argument, void *info, int size)',
})
