import { SignalboxError } from '../../core/contracts/index.js'
import { type Handle, kernel32, NO_HANDLE, Win32Error, win32Failure } from '../../native/win32/kernel32.js'
import { companionNameOf } from './slot-name.js'

const SYNCHRONIZE = 0x100000

/**
 * Says that a live process reads the slot. A slot itself does not say so: under Wine it outlives its reader
 * for as long as a writer has it open, and swallows what is written. The claim is a mutex, of which only its
 * existence counts, and which writers never hold on to.
 * @param security SECURITY_ATTRIBUTES
 * @returns what the caller closes with the slot
 * @throws SignalboxError `ADDRESS_IN_USE`, `SYSTEM`
 */
export function claimSlot(path: string, security: Uint8Array): Handle {
  const { CreateMutexW, GetLastError, CloseHandle } = kernel32()
  const claim = CreateMutexW(security, 0, companionNameOf(path, 'claim'))
  const error = GetLastError()
  if (claim !== NO_HANDLE && error !== Win32Error.ALREADY_EXISTS) return claim
  if (claim !== NO_HANDLE) CloseHandle(claim)
  else if (error !== Win32Error.ACCESS_DENIED) throw win32Failure(`CreateMutexW for ${path}`, error)
  throw new SignalboxError(
    'ADDRESS_IN_USE',
    `${path} is taken: a live process reads it; close that one or use another name`,
  )
}

/** Whether a live process reads the slot by Signalbox, of whatever user. */
export function isClaimed(path: string): boolean {
  const { OpenMutexW, GetLastError, CloseHandle } = kernel32()
  const claim = OpenMutexW(SYNCHRONIZE, 0, companionNameOf(path, 'claim'))
  if (claim === NO_HANDLE) return GetLastError() === Win32Error.ACCESS_DENIED
  CloseHandle(claim)
  return true
}
