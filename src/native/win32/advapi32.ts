import { systemLibrary } from '../system-library.js'
import type { Handle, NativeMemory } from './kernel32.js'

/** The functions of advapi32.dll that Signalbox uses, under their own names. BOOL results: 0 is failure. */
export interface Advapi32 {
  OpenProcessToken(process: Handle, access: number, token: Uint8Array): number
  OpenThreadToken(thread: Handle, access: number, asSelf: 0 | 1, token: Uint8Array): number
  ImpersonateNamedPipeClient(pipe: Handle): number
  RevertToSelf(): number
  LookupAccountNameW(
    machine: string | null,
    account: string,
    sid: Uint8Array,
    sidBytes: Uint8Array,
    domain: Uint8Array,
    domainCharacters: Uint8Array,
    kind: Uint8Array,
  ): number
  GetTokenInformation(token: Handle, kind: number, info: Uint8Array, size: number, needed: Uint8Array): number
  ConvertSidToStringSidW(sid: NativeMemory, text: Uint8Array): number
  ConvertStringSecurityDescriptorToSecurityDescriptorW(
    text: string,
    revision: number,
    descriptor: Uint8Array,
    size: Uint8Array | null,
  ): number
  GetKernelObjectSecurity(
    object: Handle,
    parts: number,
    descriptor: Uint8Array | null,
    size: number,
    needed: Uint8Array,
  ): number
  GetSecurityDescriptorOwner(descriptor: Uint8Array, owner: Uint8Array, defaulted: Uint8Array): number
}

/** advapi32.dll, loaded with the first call. */
export const advapi32 = systemLibrary<Advapi32>('advapi32.dll', {
  OpenProcessToken: 'int __stdcall OpenProcessToken(intptr process, uint32 access, void *token)',
  OpenThreadToken: 'int __stdcall OpenThreadToken(intptr thread, uint32 access, int asSelf, void *token)',
  ImpersonateNamedPipeClient: 'int __stdcall ImpersonateNamedPipeClient(intptr pipe)',
  RevertToSelf: 'int __stdcall RevertToSelf()',
  LookupAccountNameW:
    'int __stdcall LookupAccountNameW(str16 machine, str16 account, void *sid, void *sidBytes, void *domain, void *domainCharacters, void *kind)',
  GetTokenInformation:
    'int __stdcall GetTokenInformation(intptr token, int kind, void *info, uint32 size, void *needed)',
  ConvertSidToStringSidW: 'int __stdcall ConvertSidToStringSidW(void *sid, void *text)',
  ConvertStringSecurityDescriptorToSecurityDescriptorW:
    'int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32 revision, void *descriptor, void *size)',
  GetKernelObjectSecurity:
    'int __stdcall GetKernelObjectSecurity(intptr object, uint32 parts, void *descriptor, uint32 size, void *needed)',
  GetSecurityDescriptorOwner:
    'int __stdcall GetSecurityDescriptorOwner(void *descriptor, void *owner, void *defaulted)',
})
