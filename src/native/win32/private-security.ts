import { foreign } from '../system-library.js'
import { advapi32 } from './advapi32.js'
import { win32Failure } from './kernel32.js'
import { currentUserSid } from './user-sid.js'

const SDDL_REVISION_1 = 1
const SECURITY_ATTRIBUTES_SIZE = 24

let attributes: Buffer | undefined

/**
 * SECURITY_ATTRIBUTES for an object that this user owns, that only this user may open, and that child
 * processes do not inherit. The same memory each time; it lives as long as the process.
 * @throws SignalboxError `SYSTEM`
 */
export function privateSecurity(): Uint8Array {
  attributes ??= describeOwnerOnly(currentUserSid())
  return attributes
}

/** @param sid the one who may do everything */
function describeOwnerOnly(sid: string): Buffer {
  const koffi = foreign()
  const descriptor = Buffer.alloc(8)
  // The owner is written out: for an elevated process it would be the group of administrators.
  const text = `O:${sid}D:P(A;;GA;;;${sid})`
  const convert = advapi32().ConvertStringSecurityDescriptorToSecurityDescriptorW
  if (!convert(text, SDDL_REVISION_1, descriptor, null)) throw win32Failure(`reading the descriptor ${text}`)
  const result = Buffer.alloc(SECURITY_ATTRIBUTES_SIZE)
  result.writeUInt32LE(SECURITY_ATTRIBUTES_SIZE, 0)
  result.writeBigUInt64LE(koffi.address(koffi.decode(descriptor, 'void *')), 8)
  return result
}
