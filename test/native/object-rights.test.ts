import { describe, expect, it } from 'vitest'
import { readRights } from '../../src/native/win32/object-rights.js'

const SYSTEM = sid(5, 18)
const USER = sid(5, 21, 1, 2, 3, 1001)
const EVERYONE = sid(1, 0)

function sid(authority: number, ...parts: number[]): Buffer {
  const bytes = Buffer.alloc(8 + 4 * parts.length)
  bytes[0] = 1
  bytes[1] = parts.length
  bytes.writeUIntBE(authority, 2, 6)
  parts.forEach((part, number) => {
    bytes.writeUInt32LE(part, 8 + 4 * number)
  })
  return bytes
}

function ace(type: number, flags: number, mask: number, who: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head[0] = type
  head[1] = flags
  head.writeUInt16LE(8 + who.length, 2)
  head.writeUInt32LE(mask >>> 0, 4)
  return Buffer.concat([head, who])
}

/** A SECURITY_DESCRIPTOR in its self-relative form. */
function descriptor(owner: Buffer, entries: readonly Buffer[] | undefined): Buffer {
  const head = Buffer.alloc(20)
  head[0] = 1
  head.writeUInt16LE(0x8000 | (entries === undefined ? 0 : 0x4), 2)
  head.writeUInt32LE(20, 4)
  if (entries === undefined) return Buffer.concat([head, owner])
  head.writeUInt32LE(20 + owner.length, 16)
  const list = Buffer.alloc(8)
  list[0] = 2
  list.writeUInt16LE(8 + Buffer.concat(entries).length, 2)
  list.writeUInt16LE(entries.length, 4)
  return Buffer.concat([head, owner, list, ...entries])
}

describe('the rights of an object', () => {
  it('tell its owner, and who may change it', () => {
    const entries = [ace(0, 0, 0x10000000, USER), ace(0, 0, 0x2, SYSTEM), ace(0, 0, 0x120089, EVERYONE)]
    expect(readRights(descriptor(USER, entries))).toEqual({
      owner: 'S-1-5-21-1-2-3-1001',
      writers: ['S-1-5-21-1-2-3-1001', 'S-1-5-18'],
    })
  })

  it.each([0x2, 0x4, 0x40, 0x10000, 0x40000, 0x80000, 0x10000000, 0x40000000])(
    'count %i as a change',
    mask => {
      expect(readRights(descriptor(USER, [ace(0, 0, mask, EVERYONE)])).writers).toEqual(['S-1-1-0'])
    },
  )

  it('leave out what is denied, and what is for what will be made inside only', () => {
    const entries = [ace(1, 0, 0x2, EVERYONE), ace(0, 0x8, 0x2, EVERYONE)]
    expect(readRights(descriptor(USER, entries)).writers).toEqual([])
  })

  it('are everybody’s without a list, and where a list permits in a way that is not understood', () => {
    expect(readRights(descriptor(USER, undefined)).writers).toBe('everybody')
    expect(readRights(descriptor(USER, [ace(9, 0, 0x2, USER)])).writers).toBe('everybody')
  })
})
