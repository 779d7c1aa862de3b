import { linuxLibc } from './linux-libc.js'
import { systemErrorName } from './system-error-name.js'

/**
 * Gives a file its room. Without that there would be a size and no room: the first access beyond the room ends the
 * process (SIGBUS), long after the sender of the error could be found. macOS has no such function.
 * @returns the name of the system's error: `ENOSPC`; undefined for success
 */
export function allocate(fd: number, bytes: number): string | undefined {
  if (process.platform === 'darwin') return undefined
  for (;;) {
    const number = linuxLibc().posix_fallocate(fd, 0, bytes)
    if (number === 0) return undefined
    const error = systemErrorName(number)
    if (error !== 'EINTR') return error
  }
}

/** Whether the error that {@link allocate} tells of means that there is no room. */
export const isNoRoom = (error: string): boolean => error === 'ENOSPC' || error === 'EFBIG'
