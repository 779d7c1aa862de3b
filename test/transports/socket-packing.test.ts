import { describe, expect, it } from 'vitest'
import { type ByteSink, PackingWriter } from '../../src/transports/socket/packing-writer.js'
import { SEGMENT_BYTES } from '../../src/transports/socket/segment-pool.js'

const MiB = 1024 * 1024

describe('the packing writer', () => {
  it('puts all frames of a turn into one write, in their order', async () => {
    const { system, writer } = setUp()
    for (let n = 0; n < 500; n++) writer.send(Uint8Array.of(n, n >> 8))
    expect(system.writes).toHaveLength(0)
    await turn()
    expect(system.writes).toHaveLength(1)
    expect(system.bytes()).toEqual(
      Buffer.from(Array.from({ length: 500 }, (_, n) => [n & 255, n >> 8]).flat()),
    )
  })

  it('lets what is much leave before the turn ends, in portions that grow', async () => {
    const { system, writer } = setUp()
    system.takesNow = MiB
    for (let n = 0; n < 16; n++) writer.send(new Uint8Array(512))
    expect(system.writes.map(write => write.length)).toEqual([1024, 2048, 4096])
    await turn()
    expect(system.writes.map(write => write.length)).toEqual([1024, 2048, 4096, 1024])
  })

  it('packs whole turns again while each of them is a flood', async () => {
    const { system, writer } = setUp()
    system.takesNow = MiB
    const flood = async () => {
      for (let n = 0; n < 20; n++) writer.send(new Uint8Array(1000))
      await system.takeAll()
    }
    await flood()
    const before = system.writes.length
    await flood()
    expect(system.writes.slice(before).map(write => write.length)).toEqual([20_000])
  })

  it('puts what a chain of promises sends into the same write', async () => {
    const { system, writer } = setUp()
    writer.send(Uint8Array.of(0))
    for (let n = 1; n <= 10; n++) {
      await null
      writer.send(Uint8Array.of(n))
    }
    await turn()
    expect(system.writes.map(write => [...write])).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
  })

  it('packs on while a write is in flight, and writes the rest when it has left', async () => {
    const { system, writer } = setUp()
    writer.send(Uint8Array.of(1))
    await turn()
    writer.send(Uint8Array.of(2))
    await turn()
    writer.send(Uint8Array.of(3))
    await turn()
    expect(system.writes.map(write => [...write])).toEqual([[1]])
    system.takeOne()
    expect(system.writes.map(write => [...write])).toEqual([[1], [2, 3]])
  })

  it('has the system take directly what is small, and leaves the rest of it to the stream', async () => {
    const { system, writer } = setUp()
    system.takesNow = 5
    writer.send(Buffer.from('abc'))
    writer.flush()
    expect([String(system.bytes()), writer.waiting]).toEqual(['abc', 0])
    writer.send(Buffer.from('defgh'))
    writer.flush()
    writer.send(Buffer.from('ij'))
    writer.flush()
    expect([String(system.bytes()), writer.waiting]).toEqual(['abcdefgh', 5])
    await system.takeAll()
    expect([String(system.bytes()), writer.waiting]).toEqual(['abcdefghij', 0])
  })

  it('tells whoever was refused, and never from inside a send, when the system takes all directly', async () => {
    const { system, writer, writable } = setUp()
    system.takesNow = MiB
    writer.send(new Uint8Array(10))
    expect(writer.send(new Uint8Array(MiB))).toBe('full')
    writer.flush()
    expect(writable()).toBe(0)
    await system.takeAll()
    expect([writer.waiting, writable(), writer.send(new Uint8Array(MiB))]).toEqual([0, 1, 'sent'])
  })

  it('writes a full segment at once, without waiting for the end of the turn', () => {
    const { system, writer } = setUp(4 * SEGMENT_BYTES)
    const frame = new Uint8Array(SEGMENT_BYTES / 4)
    for (let n = 0; n < 9; n++) writer.send(frame)
    expect(system.writes.map(write => write.length)).toEqual([frame.length, SEGMENT_BYTES, SEGMENT_BYTES])
  })

  it('gives the bytes back to their owner when send returns', async () => {
    const { system, writer } = setUp(4 * SEGMENT_BYTES)
    const small = Buffer.from('small')
    const large = Buffer.alloc(3 * SEGMENT_BYTES, 'large')
    const sent = Buffer.concat([small, large])
    writer.send(small)
    writer.send(large)
    small.fill(0)
    large.fill(0)
    await system.takeAll()
    expect(system.bytes().equals(sent)).toBe(true)
  })

  it('leaves a segment alone until the system has taken it', async () => {
    const { system, writer } = setUp(6 * SEGMENT_BYTES)
    for (let n = 1; n <= 6; n++) writer.send(new Uint8Array(SEGMENT_BYTES).fill(n))
    for (let n = 1; n <= 3; n++) system.takeOne()
    for (let n = 7; n <= 9; n++) writer.send(new Uint8Array(SEGMENT_BYTES).fill(n))
    expect(system.untaken().map(write => new Set(write))).toEqual([4, 5, 6, 7, 8, 9].map(n => new Set([n])))
  })

  it('takes nothing for an empty frame', async () => {
    const { system, writer } = setUp()
    expect(writer.send(new Uint8Array(0))).toBe('sent')
    await turn()
    expect(system.writes).toHaveLength(0)
  })

  it('[tcp: limits] refuses when a mebibyte waits, and keeps no byte more', () => {
    const { writer } = setUp()
    const frame = new Uint8Array(1000)
    let taken = 0
    while (writer.send(frame) === 'sent') taken += frame.length
    expect(taken).toBe(MiB - (MiB % 1000))
    expect(writer.waiting).toBe(taken)
    expect(writer.reserve(1000)).toBe(-1)
    expect(writer.send(new Uint8Array(100))).toBe('sent')
  })

  it('[tcp: limits] takes a frame of any size when nothing waits, and only then', async () => {
    const { system, writer } = setUp()
    const huge = Buffer.alloc(5 * MiB + 7, 'huge')
    writer.send(Uint8Array.of(1))
    expect(writer.send(huge)).toBe('full')
    await system.takeAll()
    expect(writer.send(huge)).toBe('sent')
    expect(writer.send(Uint8Array.of(2))).toBe('full')
    await system.takeAll()
    expect(system.bytes().subarray(1).equals(huge)).toBe(true)
  })

  it('tells once that it is writable again, and only who was refused', async () => {
    const { system, writer, writable } = setUp()
    writer.send(new Uint8Array(100))
    await system.takeAll()
    expect(writable()).toBe(0)
    while (writer.send(new Uint8Array(SEGMENT_BYTES)) === 'sent');
    expect(writable()).toBe(0)
    await system.takeAll()
    expect(writable()).toBe(1)
  })

  it('tells it again when the frame was refused again, until it fits', async () => {
    const { system, writer, writable } = setUp()
    const huge = new Uint8Array(2 * MiB)
    writer.send(huge)
    let told = 0
    while (writer.send(huge) === 'full') {
      while (writable() === told) system.takeOne()
      told = writable()
    }
    await system.takeAll()
    expect(system.bytes()).toHaveLength(4 * MiB)
  })

  it('sends what was written in place, between what was sent', async () => {
    const { system, writer } = setUp(4 * SEGMENT_BYTES)
    writer.send(Buffer.from('a'))
    writeInPlace(writer, 10, Buffer.from('bc'))
    writer.commit(2)
    writeInPlace(writer, 10, Buffer.from('never'))
    writer.send(Buffer.from('d'))
    writeInPlace(writer, 2 * SEGMENT_BYTES, Buffer.alloc(2 * SEGMENT_BYTES, 'e'))
    writer.commit(2 * SEGMENT_BYTES)
    await system.takeAll()
    expect(system.bytes().toString()).toBe(`abcd${'e'.repeat(2 * SEGMENT_BYTES)}`)
  })

  it('tells before the memory of what was committed is used again', async () => {
    const { system, writer } = setUp(4 * SEGMENT_BYTES)
    const committed: Uint8Array[] = []
    const copied: string[] = []
    writer.beforeReuse(() => copied.push(...committed.splice(0).map(String)))
    const commit = (...bytes: number[]) => {
      const at = writeInPlace(writer, bytes.length, Uint8Array.from(bytes))
      committed.push(writer.room.subarray(at, at + bytes.length))
      writer.commit(bytes.length)
    }
    commit(1, 2)
    commit(3)
    expect(copied).toEqual([])
    await system.takeAll() // at the end of the turn
    expect(copied).toEqual(['1,2', '3'])
    commit(4)
    writer.reserve(SEGMENT_BYTES) // which does not fit behind it
    expect(copied).toEqual(['1,2', '3', '4'])
    commit(5)
    writer.close()
    expect(copied).toEqual(['1,2', '3', '4', '5'])
  })

  it('refuses to commit what is not reserved', async () => {
    const { writer } = setUp()
    expect(() => writer.commit(1)).toThrow(expect.objectContaining({ code: 'FRAME_TOO_LARGE' }))
    writer.reserve(4)
    expect(() => writer.commit(5)).toThrow(/commit of 5 B where 4 B are reserved/)
    writer.send(Uint8Array.of(1))
    expect(() => writer.commit(4)).toThrow(/where 0 B are reserved/)
  })

  it('hands over what it has when it is closed, and takes nothing afterwards', () => {
    const { system, writer } = setUp()
    writer.send(Buffer.from('last'))
    writer.close()
    expect(system.bytes().toString()).toBe('last')
    expect(writer.send(Buffer.from('late'))).toBe('full')
    expect(writer.reserve(4)).toBe(-1)
  })
})

/** Reserves `length` bytes, and writes `bytes` there. */
function writeInPlace(writer: PackingWriter, length: number, bytes: Uint8Array): number {
  const at = writer.reserve(length)
  writer.room.set(bytes, at)
  return at
}

function setUp(highWaterMark = MiB) {
  const system = new SlowSystem()
  let writable = 0
  const writer = new PackingWriter({
    sink: system,
    writable: () => {
      writable++
    },
    highWaterMark,
  })
  return { system, writer, writable: () => writable }
}

/** All microtasks and ticks that were asked for have run. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** A system that has taken a write only when it is told to. */
class SlowSystem implements ByteSink {
  readonly writes: Uint8Array[] = []
  readonly #callbacks: (() => void)[] = []
  readonly #taken: Uint8Array[] = []
  /** Bytes that it still takes directly. */
  takesNow = 0

  write(bytes: Uint8Array, written: () => void): void {
    this.writes.push(bytes)
    this.#callbacks.push(written)
  }

  writeNow(bytes: Uint8Array, length: number): number {
    const count = Math.min(length, this.takesNow)
    this.takesNow -= count
    if (count === 0) return 0
    this.writes.push(Buffer.from(bytes.subarray(0, count)))
    this.#taken.push(Buffer.from(bytes.subarray(0, count)))
    return count
  }

  takeOne(): void {
    const bytes = this.writes[this.#taken.length]
    if (bytes === undefined) throw new Error('there is no write to take')
    this.#taken.push(Buffer.from(bytes))
    this.#callbacks.shift()?.()
  }

  async takeAll(): Promise<void> {
    await turn()
    while (this.#callbacks.length > 0) this.takeOne()
  }

  /** As they are now, which is what the system would read. */
  untaken(): Uint8Array[] {
    return this.writes.slice(this.#taken.length)
  }

  bytes(): Buffer {
    return Buffer.concat([...this.#taken, ...this.untaken()])
  }
}
