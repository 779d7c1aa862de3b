import { systemLibrary } from '../system-library.js'

/** What the C libraries of Linux, glibc and musl, have beyond those of other systems, under their own names. */
export interface LinuxLibc {
  /** Returns the error number itself, and 0 for success. */
  posix_fallocate(fd: number, offset: number, bytes: number): number
  memfd_create(name: string, flags: number): number
  close(fd: number): number
}

/** The C library as this process has it, bound with the first call; Linux only. */
export const linuxLibc = systemLibrary<LinuxLibc>(null, {
  posix_fallocate: 'int posix_fallocate(int fd, int64 offset, int64 bytes)',
  memfd_create: 'int memfd_create(const char *name, uint32 flags)',
  close: 'int close(int fd)',
})
