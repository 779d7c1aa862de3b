import { foreign } from '../system-library.js'
import { advapi32 } from './advapi32.js'
import { win32Failure } from './kernel32.js'
import { currentUserSid } from './user-sid.js'

const SDDL_REVISION_1 = 1
const SECURITY_ATTRIBUTES_SIZE = 24

/** SECURITY_ATTRIBUTES that were made, by what they say. They live as long as the process. */
const made = new Map<string, Uint8Array>()

/**
 * SECURITY_ATTRIBUTES for an object that this user owns, that only this user may open, and that child
 * processes do not inherit. The same memory each time; it lives as long as the process.
 * @throws SignalboxError `SYSTEM`
 */
export function privateSecurity(): Uint8Array {
  return securityOf(ownedBy(currentUserSid()))
}

/**
 * Like {@link privateSecurity}, but every user may write to the object.
 * @throws SignalboxError `SYSTEM`
 */
export function writableSecurity(): Uint8Array {
  return securityOf(`${ownedBy(currentUserSid())}(A;;GW;;;WD)`)
}

/**
 * Like {@link privateSecurity}, but every user may look at the object.
 * @throws SignalboxError `SYSTEM`
 */
export function readableSecurity(): Uint8Array {
  return securityOf(`${ownedBy(currentUserSid())}(A;;GR;;;WD)`)
}

/** The owner is written out: for an elevated process it would be the group of administrators. */
const ownedBy = (sid: string) => `O:${sid}D:P(A;;GA;;;${sid})`

/**
 * SECURITY_ATTRIBUTES for an object that child processes do not inherit, by what they say: the same memory for the same
 * words, which lives as long as the process.
 * @param descriptor in the security descriptor definition language (SDDL)
 * @throws SignalboxError `SYSTEM` where Windows cannot read it
 */
export function securityOf(descriptor: string): Uint8Array {
  let attributes = made.get(descriptor)
  if (attributes === undefined) {
    attributes = attributesOf(descriptor)
    made.set(descriptor, attributes)
  }
  return attributes
}

function attributesOf(text: string): Uint8Array {
  const koffi = foreign()
  const descriptor = Buffer.alloc(8)
  const convert = advapi32().ConvertStringSecurityDescriptorToSecurityDescriptorW
  if (!convert(text, SDDL_REVISION_1, descriptor, null)) throw win32Failure(`reading the descriptor ${text}`)
  const result = Buffer.alloc(SECURITY_ATTRIBUTES_SIZE)
  result.writeUInt32LE(SECURITY_ATTRIBUTES_SIZE, 0)
  result.writeBigUInt64LE(koffi.address(koffi.decode(descriptor, 'void *')), 8)
  return result
}
