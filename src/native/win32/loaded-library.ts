import type { Mapping } from '../mapping.js'
import { kernel32, NO_HANDLE, win32Failure } from './kernel32.js'

/**
 * Loads a library, and takes the bytes at an exported name as a mapping, which keeps it loaded until it is unmapped.
 * Follows LoadLibraryExW and GetProcAddress.
 * @param path absolute, so that no other folder is searched
 * @param bytes that there are at the name
 * @throws SignalboxError `SYSTEM`, `ACCESS_DENIED`
 */
export function loadMapping(path: string, symbol: string, bytes: number): Mapping {
  const { LoadLibraryExW, GetProcAddress, FreeLibrary } = kernel32()
  const library = LoadLibraryExW(path, NO_HANDLE, 0)
  if (library === NO_HANDLE) throw win32Failure(`LoadLibraryExW of ${path}`)
  const address = GetProcAddress(library, symbol)
  if (address === null) {
    const failure = win32Failure(`GetProcAddress of ${symbol} in ${path}`)
    FreeLibrary(library)
    throw failure
  }
  return { address, bytes, retire: () => {}, unmap: () => void FreeLibrary(library) }
}
