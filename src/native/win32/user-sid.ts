import { foreign } from '../system-library.js'
import { advapi32 } from './advapi32.js'
import { type Handle, kernel32, type NativeMemory, NO_HANDLE, win32Failure } from './kernel32.js'

const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
const TOKEN_QUERY = 0x0008
const TOKEN_USER = 1
const OWNER_SECURITY_INFORMATION = 0x1
// TOKEN_USER is a pointer, attributes and a SID of at most 68 bytes.
const TOKEN_USER_SIZE = 128

let ownSid: string | undefined

/**
 * The security identifier of the user this process runs as: `S-1-5-21-…-1001`.
 * @throws SignalboxError `SYSTEM`
 */
export function currentUserSid(): string {
  if (ownSid === undefined) {
    const sid = userOfProcess(kernel32().GetCurrentProcess())
    if (sid === undefined) throw win32Failure('OpenProcessToken for this process')
    ownSid = sid
  }
  return ownSid
}

/** SYSTEM and the administrators, who could do anything anyway. */
const POWERFUL = new Set(['S-1-5-18', 'S-1-5-32-544'])

/** Whether that user may act for this one: the same, or one who could do anything anyway. */
export function isTrustedSid(sid: string): boolean {
  return sid === currentUserSid() || POWERFUL.has(sid)
}

/** The user that process `pid` runs as; undefined when it is gone or does not let us see. */
export function userSidOfProcess(pid: number): string | undefined {
  const process = kernel32().OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid)
  if (process === NO_HANDLE) return undefined
  try {
    return userOfProcess(process)
  } finally {
    kernel32().CloseHandle(process)
  }
}

/**
 * The owner of a kernel object, such as the pipe behind a client's handle; undefined when it is not
 * readable. Nobody can make an object that another user owns, unless he may restore backups.
 */
export function ownerSidOf(object: Handle): string | undefined {
  const { GetKernelObjectSecurity, GetSecurityDescriptorOwner } = advapi32()
  const needed = Buffer.alloc(4)
  GetKernelObjectSecurity(object, OWNER_SECURITY_INFORMATION, null, 0, needed)
  const descriptor = Buffer.alloc(needed.readUInt32LE())
  if (descriptor.length === 0) return undefined
  if (!GetKernelObjectSecurity(object, OWNER_SECURITY_INFORMATION, descriptor, descriptor.length, needed)) {
    return undefined
  }
  const owner = Buffer.alloc(8)
  if (!GetSecurityDescriptorOwner(descriptor, owner, Buffer.alloc(4))) return undefined
  return sidText(owner)
}

/** The user whom this thread impersonates at the moment; undefined when it does not, or may not know. */
export function impersonatedSid(): string | undefined {
  const token = Buffer.alloc(8)
  if (!advapi32().OpenThreadToken(kernel32().GetCurrentThread(), TOKEN_QUERY, 1, token)) return undefined
  return userOfToken(Number(token.readBigInt64LE()) as Handle)
}

/** The longest SID, and the longest name of a domain with its terminator, in bytes. */
const LONGEST_SID = 68
const LONGEST_DOMAIN = 512

/** The user or group of that name, with or without its domain; undefined when there is none. */
export function sidOfAccount(name: string): string | undefined {
  const sid = Buffer.alloc(LONGEST_SID)
  const domain = Buffer.alloc(LONGEST_DOMAIN)
  const found = advapi32().LookupAccountNameW(
    null,
    name,
    sid,
    count(LONGEST_SID),
    domain,
    count(LONGEST_DOMAIN / 2),
    Buffer.alloc(4),
  )
  return found ? textOfSid(sid) : undefined
}

function count(value: number): Buffer {
  const cell = Buffer.alloc(4)
  cell.writeUInt32LE(value)
  return cell
}

function userOfProcess(process: Handle): string | undefined {
  const opened = Buffer.alloc(8)
  if (!advapi32().OpenProcessToken(process, TOKEN_QUERY, opened)) return undefined
  return userOfToken(Number(opened.readBigInt64LE()) as Handle)
}

/** Closes the token. */
function userOfToken(token: Handle): string | undefined {
  try {
    const user = Buffer.alloc(TOKEN_USER_SIZE)
    if (!advapi32().GetTokenInformation(token, TOKEN_USER, user, user.length, Buffer.alloc(4)))
      return undefined
    return sidText(user)
  } finally {
    kernel32().CloseHandle(token)
  }
}

/** @param place memory that begins with a pointer to the SID, and that outlives this call */
function sidText(place: Uint8Array): string | undefined {
  return textOfSid(foreign().decode(place, 'void *'))
}

/** @param sid where it lies */
function textOfSid(sid: NativeMemory): string | undefined {
  const koffi = foreign()
  const text = Buffer.alloc(8)
  if (!advapi32().ConvertSidToStringSidW(sid, text)) return undefined
  try {
    return koffi.decode(text, 'str16')
  } finally {
    kernel32().LocalFree(koffi.decode(text, 'void *'))
  }
}
