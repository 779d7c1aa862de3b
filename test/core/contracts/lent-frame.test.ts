import { describe, expect, it } from 'vitest'
import { LentFrame } from '../../../src/core/contracts/index.js'

describe('a lent frame', () => {
  it('shows where it lies, and makes one view for all who ask', () => {
    const buffer = Uint8Array.of(0, 1, 2, 3)
    const frame = new LentFrame().reset(buffer, 1, 3, false)
    expect([...frame.bytes]).toEqual([1, 2])
    expect(frame.bytes).toBe(frame.bytes)
    expect(frame).toMatchObject({ buffer, start: 1, end: 3 })
    expect([...frame.reset(buffer, 2, 4, false).bytes]).toEqual([2, 3])
  })

  it('needs no view where it is all of its buffer', () => {
    const buffer = Uint8Array.of(1, 2)
    expect(LentFrame.of(buffer, false).bytes).toBe(buffer)
  })

  it('is a copy once it was retained, unless nobody else writes there', () => {
    const buffer = Uint8Array.of(0, 1, 2, 3)
    const lent = new LentFrame().reset(buffer, 1, 3, false)
    const owned = new LentFrame().reset(buffer, 1, 3, true)
    lent.retain()
    owned.retain()
    buffer.fill(9)
    expect([...lent.bytes]).toEqual([1, 2])
    expect(lent).toMatchObject({ start: 0, end: 2 })
    expect([...owned.bytes]).toEqual([9, 9])
    expect(owned.buffer).toBe(buffer)
  })

  it('is retained twice without harm, and released twice', () => {
    const frame = new LentFrame().reset(Uint8Array.of(1, 2), 0, 1, false)
    frame.retain()
    const kept = frame.bytes
    const release = frame.retain()
    release()
    release()
    expect(frame.bytes).toBe(kept)
  })
})
