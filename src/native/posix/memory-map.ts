import { SignalboxError } from '../../core/contracts/index.js'
import type { Mapping, MappingAccess } from '../mapping.js'
import { errno, libc } from './libc.js'
import { systemErrorName } from './system-error-name.js'

const PROT_READ = 1
const PROT_WRITE = 2
const MAP_SHARED = 0x01
const MAP_PRIVATE = 0x02
const MAP_FIXED = 0x10
/** These two have other numbers on macOS. */
const MAP_ANONYMOUS = process.platform === 'darwin' ? 0x1000 : 0x20
const MAP_NORESERVE = process.platform === 'darwin' ? 0x40 : 0x4000
const MAP_FAILED = 0xffffffffffffffffn

let pageSize: number | undefined

/** `bytes`, rounded up to whole pages, which is what the system maps. */
export function wholePages(bytes: number): number {
  pageSize ??= libc().getpagesize()
  return Math.ceil(bytes / pageSize) * pageSize
}

/**
 * Maps the first `bytes` of a file or shared-memory object, so that all processes see what one writes.
 * The descriptor may be closed then. Follows mmap(2).
 * @param name how messages call it
 * @throws SignalboxError `LIMIT_EXCEEDED` without room among this process's addresses; `ACCESS_DENIED` when `fd` is open for
 * less; `SYSTEM`
 */
export function mapShared(name: string, fd: number, bytes: number, access: MappingAccess): Mapping {
  const { mmap, munmap } = libc()
  const protection = access === 'read' ? PROT_READ : PROT_READ | PROT_WRITE
  const address = mmap(null, bytes, protection, MAP_SHARED, fd, 0)
  if (address === MAP_FAILED) {
    const error = systemErrorName(errno())
    const why = `${name}: mapping ${bytes} B failed: ${error}`
    if (error === 'EACCES')
      throw new SignalboxError('ACCESS_DENIED', `${why}; it was shared for reading only`)
    throw new SignalboxError(error === 'ENOMEM' ? 'LIMIT_EXCEEDED' : 'SYSTEM', why)
  }
  return {
    address,
    bytes,
    retire() {
      const flags = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
      // Should it fail, what is mapped stays, which does no harm either.
      mmap(address, bytes, PROT_READ | PROT_WRITE, flags, -1, 0)
    },
    unmap() {
      munmap(address, bytes)
    },
  }
}
