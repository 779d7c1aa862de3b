import { SignalboxError } from '../../core/contracts/index.js'
import { type Handle, kernel32, NO_HANDLE, Win32Error, win32Failure } from '../../native/win32/kernel32.js'
import { ntdll } from '../../native/win32/ntdll.js'
import { companionNameOf } from './slot-name.js'

/** What the live reader of a slot says of it. */
export interface SlotClaim {
  /** Bytes of the largest message; undefined where another user's reader does not let us see. */
  readonly maxMessage: number | undefined
}

/** The access right that asking takes. */
const SEMAPHORE_QUERY_STATE = 1
/** SEMAPHORE_BASIC_INFORMATION: the present count, and the greatest. */
const SEMAPHORE_BASIC_INFORMATION = 0
const BASIC_INFORMATION_SIZE = 8
const GREATEST = 4

/**
 * Says that a live process reads the slot, and what it takes. A slot itself does not say so: under Wine it outlives its
 * reader for as long as a writer has it open, and swallows what is written; and nowhere can a writer ask it for the
 * largest message. The claim is a semaphore that nobody waits for. Its existence says the one, its greatest count the
 * other, and writers never hold on to it.
 * @param security SECURITY_ATTRIBUTES
 * @returns what the caller closes with the slot
 * @throws SignalboxError `ADDRESS_IN_USE`, `SYSTEM`
 */
export function claimSlot(path: string, maxMessage: number, security: Uint8Array): Handle {
  const { CreateSemaphoreW, GetLastError, CloseHandle } = kernel32()
  const claim = CreateSemaphoreW(security, 0, maxMessage, companionNameOf(path, 'claim'))
  const error = GetLastError()
  if (claim !== NO_HANDLE && error !== Win32Error.ALREADY_EXISTS) return claim
  if (claim !== NO_HANDLE) CloseHandle(claim)
  else if (error !== Win32Error.ACCESS_DENIED) throw win32Failure(`CreateSemaphoreW for ${path}`, error)
  throw new SignalboxError(
    'ADDRESS_IN_USE',
    `${path} is taken: a live process reads it; close that one or use another name`,
  )
}

/** The claim of whoever reads the slot by Signalbox, of whatever user; undefined where nobody does. */
export function claimOn(path: string): SlotClaim | undefined {
  const { OpenSemaphoreW, GetLastError, CloseHandle } = kernel32()
  const claim = OpenSemaphoreW(SEMAPHORE_QUERY_STATE, 0, companionNameOf(path, 'claim'))
  if (claim === NO_HANDLE) {
    return GetLastError() === Win32Error.ACCESS_DENIED ? { maxMessage: undefined } : undefined
  }
  try {
    return { maxMessage: greatestCountOf(claim) }
  } finally {
    CloseHandle(claim)
  }
}

function greatestCountOf(semaphore: Handle): number | undefined {
  const counts = Buffer.alloc(BASIC_INFORMATION_SIZE)
  const status = ntdll().NtQuerySemaphore(
    semaphore,
    SEMAPHORE_BASIC_INFORMATION,
    counts,
    BASIC_INFORMATION_SIZE,
    null,
  )
  return status < 0 ? undefined : counts.readInt32LE(GREATEST)
}
