import { systemLibrary } from '../system-library.js'
import type { Handle } from './kernel32.js'

/** The functions of ntdll.dll that Signalbox uses, under their own names. NTSTATUS results: negative is failure. */
export interface Ntdll {
  NtQuerySystemInformation(kind: number, result: Uint8Array, bytes: number, needed: Uint8Array): number
  NtQuerySemaphore(
    semaphore: Handle,
    kind: number,
    result: Uint8Array,
    bytes: number,
    needed: Uint8Array | null,
  ): number
}

/** ntdll.dll, loaded with the first call. */
export const ntdll = systemLibrary<Ntdll>('ntdll.dll', {
  NtQuerySemaphore:
    'int32 __stdcall NtQuerySemaphore(intptr semaphore, int32 kind, void *result, uint32 bytes, void *needed)',
  NtQuerySystemInformation:
    'int32 __stdcall NtQuerySystemInformation(int32 kind, void *result, uint32 bytes, void *needed)',
})
