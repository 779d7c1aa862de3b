import { advapi32 } from './advapi32.js'
import type { Handle } from './kernel32.js'

const OWNER_SECURITY_INFORMATION = 0x1
const DACL_SECURITY_INFORMATION = 0x4

/** Of SECURITY_DESCRIPTOR in its self-relative form, ACL and ACE_HEADER (winnt.h). */
const Descriptor = { CONTROL: 2, OWNER: 4, DACL: 16, SIZE: 20 } as const
const Acl = { COUNT: 4, SIZE: 8 } as const
const Ace = { TYPE: 0, FLAGS: 1, LENGTH: 2, MASK: 4, SID: 8 } as const
const SE_DACL_PRESENT = 0x4
const ACCESS_ALLOWED_ACE_TYPE = 0
const ACCESS_DENIED_ACE_TYPE = 1
const INHERIT_ONLY_ACE = 0x8

/**
 * What changes a file or a folder, or who may: FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_DELETE_CHILD, DELETE,
 * WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE.
 */
const CHANGES = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000

/** Whom a file or a folder belongs to, and who may change it, as SIDs. */
export interface ObjectRights {
  readonly owner: string | undefined
  /** `everybody` where the object has no list, or one that says more than we can read. */
  readonly writers: readonly string[] | 'everybody'
}

/**
 * Reads the rights of what a handle with READ_CONTROL is open to; undefined where they are not readable.
 * Follows GetKernelObjectSecurity.
 */
export function rightsOf(object: Handle): ObjectRights | undefined {
  const { GetKernelObjectSecurity } = advapi32()
  const parts = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION
  const needed = Buffer.alloc(4)
  GetKernelObjectSecurity(object, parts, null, 0, needed)
  const descriptor = Buffer.alloc(needed.readUInt32LE())
  if (descriptor.length < Descriptor.SIZE) return undefined
  if (!GetKernelObjectSecurity(object, parts, descriptor, descriptor.length, needed)) return undefined
  return readRights(descriptor)
}

/** @param descriptor a SECURITY_DESCRIPTOR in its self-relative form */
export function readRights(descriptor: Buffer): ObjectRights {
  const ownerAt = descriptor.readUInt32LE(Descriptor.OWNER)
  const aclAt = descriptor.readUInt32LE(Descriptor.DACL)
  const hasList = (descriptor.readUInt16LE(Descriptor.CONTROL) & SE_DACL_PRESENT) !== 0 && aclAt !== 0
  return {
    owner: ownerAt === 0 ? undefined : sidAt(descriptor, ownerAt),
    writers: hasList ? writersIn(descriptor, aclAt) : 'everybody',
  }
}

function writersIn(descriptor: Buffer, aclAt: number): readonly string[] | 'everybody' {
  const writers = new Set<string>()
  let at = aclAt + Acl.SIZE
  for (let left = descriptor.readUInt16LE(aclAt + Acl.COUNT); left > 0; left -= 1) {
    const type = descriptor.readUInt8(at + Ace.TYPE)
    const isForChildren = (descriptor.readUInt8(at + Ace.FLAGS) & INHERIT_ONLY_ACE) !== 0
    const mayChange = (descriptor.readUInt32LE(at + Ace.MASK) & CHANGES) !== 0
    if (mayChange && !isForChildren && type !== ACCESS_DENIED_ACE_TYPE) {
      if (type !== ACCESS_ALLOWED_ACE_TYPE) return 'everybody'
      writers.add(sidAt(descriptor, at + Ace.SID))
    }
    at += descriptor.readUInt16LE(at + Ace.LENGTH)
  }
  return [...writers]
}

/** A SID as it is written: `S-1-5-18`. */
function sidAt(descriptor: Buffer, at: number): string {
  const revision = descriptor.readUInt8(at)
  const authority = descriptor.readUIntBE(at + 2, 6)
  const parts = Array.from({ length: descriptor.readUInt8(at + 1) }, (_, part) =>
    descriptor.readUInt32LE(at + 8 + 4 * part),
  )
  return ['S', revision, authority, ...parts].join('-')
}
