import { describe, expect, it, onTestFinished } from 'vitest'
import { processTable } from '../../../src/native/process-table.js'
import { SharedMemory } from '../../../src/native/shared-memory.js'
import { newSegmentName, ownerOfSegment } from '../../../src/transports/segment/segment-name.js'
import { Segments } from '../../../src/transports/segment/segments.js'
import { skipUnless } from '../../support/capability.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

/** A process table with one process, that can be replaced by another one of the same pid. */
function tableOf(pid: number, incarnation: string | undefined) {
  return { incarnationOf: (asked: number) => (asked === pid ? incarnation : undefined) }
}

function nameOf(pid: number, incarnation: string): string {
  const name = newSegmentName(pid, tableOf(pid, incarnation))
  if (name === undefined) throw new Error(`there is no process ${pid}`)
  return name
}

describe('the name of a segment', () => {
  it('tells whose it is, and whether that very process lives', () => {
    const name = nameOf(4711, 'first')
    expect(ownerOfSegment(name, tableOf(4711, 'first'))).toEqual({ pid: 4711, lives: true })
    expect(ownerOfSegment(name, tableOf(4711, undefined))).toEqual({ pid: 4711, lives: false })
    expect(ownerOfSegment(name, tableOf(4711, 'later'))).toEqual({ pid: 4711, lives: false })
  })

  it('is never the same, and never too long for macOS', () => {
    const names = Array.from({ length: 1000 }, () => nameOf(99_999, 'first'))
    expect(new Set(names).size).toBe(1000)
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(30)
  })

  it.each(['orders', 'signalbox.1', 'signalbox.0.aaaaaa.bbbbbbb', 'signalbox.4711.aaaaaa.bbbbbbb.c'])(
    'is none of what others use, such as %s',
    name => expect(ownerOfSegment(name, processTable)).toBeUndefined(),
  )
})

describe('segments', () => {
  it('are shared by their names, as long as these stand', async () => {
    const segments = new Segments(temporaryFolder())
    const memory = segments.create(4096)
    onTestFinished(() => memory.close())
    using same = SharedMemory.open(memory.name)
    new Uint8Array(same.buffer)[0] = 7
    expect(new Uint8Array(memory.buffer)[0]).toBe(7)
    await segments.sweep()
    SharedMemory.open(memory.name).close()
    segments.unlink(memory)
    segments.unlink(memory)
    expect(() => SharedMemory.open(memory.name)).toThrow(expect.objectContaining({ code: 'NO_LISTENER' }))
  })

  it('of processes that are gone are swept', async test => {
    skipUnless(test, process.platform === 'linux', `${process.platform}: segments cannot be listed`)
    const folder = temporaryFolder()
    const { pid } = process
    const before = new Segments(folder, tableOf(pid, 'an earlier process of this pid'))
    const memory = before.create(4096)
    onTestFinished(() => memory.close())
    const segments = new Segments(folder)
    expect(segments.leftOvers().map(({ name }) => name)).toContain(`/dev/shm/${memory.name}`)
    await segments.sweep()
    expect(() => SharedMemory.open(memory.name)).toThrow(expect.objectContaining({ code: 'NO_LISTENER' }))
  })
})
