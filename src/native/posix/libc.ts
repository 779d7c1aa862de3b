import { foreign, systemLibrary } from '../system-library.js'

/** The functions of the C library that Signalbox uses, under their own names. -1 is failure; see {@link errno}. */
export interface Libc {
  flock(fd: number, operation: number): number
  getsockopt(fd: number, level: number, option: number, value: Uint8Array, size: Uint8Array): number
  getpagesize(): number
  mkfifo(path: string, mode: number): number
  mmap(
    address: bigint | null,
    bytes: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ): bigint
  munmap(address: bigint, bytes: number): number
  msync(address: bigint, bytes: number, flags: number): number
  /** The third argument is variadic, which koffi takes as its type and its value. */
  fcntl(fd: number, command: number, type: 'void *', argument: Uint8Array): number
  fcntl(fd: number, command: number, type: 'int', argument: number): number
  pipe(descriptors: Int32Array): number
  socketpair(domain: number, type: number, protocol: number, descriptors: Int32Array): number
  sendmsg(socket: number, message: Uint8Array, flags: number): number
  recvmsg(socket: number, message: Uint8Array, flags: number): number
}

/** The C library as this process has it, bound with the first call; whichever one that is (glibc, musl, libSystem). */
export const libc = systemLibrary<Libc>(null, {
  flock: 'int flock(int fd, int operation)',
  getsockopt: 'int getsockopt(int fd, int level, int option, void *value, void *size)',
  getpagesize: 'int getpagesize()',
  mkfifo: 'int mkfifo(const char *path, uint32 mode)',
  mmap: 'void *mmap(void *address, size_t bytes, int protection, int flags, int fd, int64 offset)',
  munmap: 'int munmap(void *address, size_t bytes)',
  msync: 'int msync(void *address, size_t bytes, int flags)',
  pipe: 'int pipe(void *descriptors)',
  socketpair: 'int socketpair(int domain, int type, int protocol, void *descriptors)',
  sendmsg: 'intptr sendmsg(int socket, void *message, int flags)',
  recvmsg: 'intptr recvmsg(int socket, void *message, int flags)',
  fcntl: 'int fcntl(int fd, int command, ...)',
})

/** The error number of this thread's last native call; compare it with `os.constants.errno`. */
export function errno(): number {
  return foreign().errno()
}

/** Operations of `flock` (sys/file.h), the same everywhere. */
export const Flock = { SHARED: 1, EXCLUSIVE: 2, NON_BLOCKING: 4 } as const
