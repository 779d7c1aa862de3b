import { systemLibrary } from '../system-library.js'

/** What the C libraries of Linux, glibc and musl, have beyond those of other systems, under its own name. */
export interface LinuxLibc {
  /** Returns the error number itself, and 0 for success. */
  posix_fallocate(fd: number, offset: number, bytes: number): number
}

/** The C library as this process has it, bound with the first call; Linux only. */
export const linuxLibc = systemLibrary<LinuxLibc>(null, {
  posix_fallocate: 'int posix_fallocate(int fd, int64 offset, int64 bytes)',
})
