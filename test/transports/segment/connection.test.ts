import { describe, expect, it } from 'vitest'
import type { Connection, Release } from '../../../src/core/contracts/index.js'
import { PAGE } from '../../../src/transports/segment/layout.js'
import { MOST_INLINE } from '../../../src/transports/segment/ring-record.js'
import { connectionBed, turns } from './connection-bed.js'
import { smallSizes } from './way.js'

const BLOCK = MOST_INLINE + 1

/** Sends all, as room comes. */
async function sendAll(connection: Connection, frames: readonly Uint8Array[]): Promise<void> {
  for (const frame of frames) {
    while (connection.send(frame) === 'full') {
      await new Promise<void>(resolve => {
        const subscription = connection.writable$.subscribe(() => {
          resolve()
          queueMicrotask(() => subscription.unsubscribe())
        })
      })
    }
  }
}

describe('a connection over shared memory', () => {
  it('lends a large frame where it lies, and keeps it there for as long as it is retained', async () => {
    const { dialler, listener } = connectionBed()
    const kept: { buffer: Uint8Array; start: number; end: number; release: Release }[] = []
    listener.receive(frame => {
      const { buffer, start } = frame
      const release = frame.retain()
      expect([frame.buffer === buffer, frame.start]).toEqual([true, start])
      kept.push({ buffer: frame.buffer, start: frame.start, end: frame.end, release })
    })
    for (const mark of [1, 2, 3]) dialler.send(new Uint8Array(BLOCK).fill(mark))
    await turns()
    dialler.send(new Uint8Array(BLOCK).fill(4))
    await turns()
    expect(kept.map(({ buffer, start, end }) => [end - start, buffer[start], buffer[end - 1]])).toEqual(
      [1, 2, 3, 4].map(mark => [BLOCK, mark, mark]),
    )
    for (const { release } of kept) release()
  })

  it('shows the peer what frames set off before it has read all of them', async () => {
    const { dialler, listener, bells } = connectionBed()
    dialler.receive(() => {})
    const rung: number[] = []
    listener.receive(() => {
      queueMicrotask(() => listener.send(Uint8Array.of(1))) // as an actor answers
      rung.push(bells())
    })
    await turns()
    for (let frame = 0; frame < 33; frame++) dialler.send(Uint8Array.of(frame))
    await turns()
    expect(rung).toHaveLength(33)
    expect(rung[31]).toBe(rung[0])
    expect(rung[32]).toBe((rung[0] ?? 0) + 1) // the event loop has had no turn meanwhile: the batch itself woke the peer
  })

  it('wakes its reader in the middle of a turn in which much is sent', async () => {
    const { dialler, listener, bells } = connectionBed()
    listener.receive(() => {})
    await turns()
    const before = bells()
    for (let bytes = 0; bytes < 2048; bytes += 64) {
      expect(bells()).toBe(before)
      dialler.send(new Uint8Array(56)) // and 8 B in front of it
    }
    expect(bells()).toBe(before + 1)
  })

  it('keeps one of the largest where it lies, and others pass beside it', async () => {
    const { dialler, listener } = connectionBed()
    const frames: { inPlace: boolean; mark: number | undefined }[] = []
    listener.receive(frame => {
      const { buffer } = frame
      if (frames.length === 0) frame.retain()
      frames.push({ inPlace: frame.buffer === buffer, mark: frame.bytes[0] })
    })
    await sendAll(
      dialler,
      [1, 2, 3, 4].map(mark => new Uint8Array(smallSizes.largest).fill(mark)),
    )
    await turns()
    expect(frames).toEqual([1, 2, 3, 4].map(mark => ({ inPlace: true, mark })))
  })

  it('says full when its reader keeps all that can be kept and reads no more, and goes on when it does', async () => {
    const { dialler, listener } = connectionBed()
    const frame = new Uint8Array(smallSizes.largest)
    let sent = 0
    while (dialler.send(frame) === 'sent') sent++
    expect(sent).toBe(2)
    await turns()
    let writable = 0
    dialler.writable$.subscribe(() => writable++)
    await turns()
    expect(writable).toBe(0)
    listener.receive(() => {})
    await turns()
    expect(writable).toBeGreaterThan(0)
    expect(dialler.send(frame)).toBe('sent')
  })

  it('carries the largest frame although everything that can be kept is kept, for ever', async () => {
    const { dialler, listener } = connectionBed()
    const releases: Release[] = []
    let arrived = 0
    listener.receive(frame => {
      arrived++
      releases.push(frame.retain())
    })
    const small = Array.from({ length: 40 }, () => new Uint8Array(PAGE * 3))
    const large = Array.from({ length: 20 }, () => new Uint8Array(smallSizes.largest))
    await sendAll(dialler, [...small, ...large, ...small])
    await turns()
    expect(arrived).toBe(100)
  })

  it('wakes a writer when a frame is released, much later and outside of any sink', async () => {
    const { dialler, listener } = connectionBed({ ...smallSizes, keep: 128 * 1024 })
    const releases: Release[] = []
    listener.receive(frame => {
      if (releases.length < 2) releases.push(frame.retain())
    })
    await sendAll(dialler, [new Uint8Array(smallSizes.largest), new Uint8Array(smallSizes.largest)])
    await turns()
    listener.pause()
    while (dialler.send(new Uint8Array(smallSizes.largest)) === 'sent');
    await turns(20)
    const woken = new Promise<void>(resolve => dialler.writable$.subscribe(resolve))
    releases[0]?.()
    await woken
    expect(dialler.send(new Uint8Array(smallSizes.largest))).toBe('sent')
  })

  it('publishes what a turn sent all at once, and rings the bell once for it', async () => {
    const { dialler, listener, bells } = connectionBed()
    let arrived = 0
    listener.receive(() => arrived++)
    await turns()
    expect(bells()).toBe(0)
    for (let count = 0; count < 100; count++) {
      dialler.send(new Uint8Array(8))
      if (count % 10 === 0) await Promise.resolve()
    }
    expect(arrived).toBe(0)
    await turns()
    expect([arrived, bells()]).toEqual([100, 1])
  })

  it('rings nearly no bell in a conversation of 10,000 rounds', async () => {
    const { dialler, listener, bells } = connectionBed()
    const rounds = 10_000
    listener.receive(({ bytes }) => void listener.send(bytes))
    let round = 0
    const over = new Promise<void>(resolve => {
      dialler.receive(({ bytes }) => {
        if (++round === rounds) resolve()
        else dialler.send(bytes)
      })
    })
    await turns()
    dialler.send(new Uint8Array(64))
    await over
    expect(bells()).toBeLessThan(rounds / 100)
    expect(dialler.waking.bells + listener.waking.bells).toBe(bells())
  })

  it('leaves timers and sockets their turn while two ends answer each other for ever', async () => {
    const { dialler, listener } = connectionBed()
    listener.receive(({ bytes }) => void listener.send(bytes))
    dialler.receive(({ bytes }) => void dialler.send(bytes))
    for (let frame = 0; frame < 100; frame++) dialler.send(new Uint8Array(64))
    await new Promise(resolve => setTimeout(resolve, 1))
    await dialler.close()
  })

  it('leaves them their turn while there is always more to read', async () => {
    const { dialler, listener } = connectionBed()
    let timerDue = false
    const passed = new Promise<void>(resolve =>
      setTimeout(() => {
        timerDue = true
        resolve()
      }, 1),
    )
    listener.receive(() => {
      while (!timerDue && dialler.send(new Uint8Array(64)) === 'sent');
    })
    dialler.send(new Uint8Array(64))
    await passed
    await dialler.close()
  })

  it('does nothing at all while it is idle', async () => {
    const { dialler, listener } = connectionBed()
    listener.receive(frame => void listener.send(frame.bytes))
    const echoed = new Promise<void>(resolve => dialler.receive(() => resolve()))
    dialler.send(new Uint8Array(1))
    await echoed
    await turns(20)
    const before = process.getActiveResourcesInfo().filter(kind => kind === 'Immediate')
    expect(before).toEqual([])
  })

  it('delivers what its peer had sent before it vanished, and only then reports the end', async () => {
    const { dialler, listener } = connectionBed()
    for (const length of [10, BLOCK, 0]) dialler.send(new Uint8Array(length))
    dialler.abort()
    await turns()
    expect(listener.send(new Uint8Array(1))).toBe('full')
    const seen: unknown[] = []
    void listener.closed.then(({ by }) => seen.push(by))
    await turns()
    expect(seen).toEqual([])
    listener.receive(({ start, end }) => seen.push(end - start))
    await listener.closed
    expect(seen).toEqual([10, BLOCK, 0, 'peer'])
  })

  it('lets go of the memory when it is over and the last kept frame is released', async () => {
    const { dialler, listener, closes } = connectionBed()
    let release: Release = () => {}
    let kept: Uint8Array = new Uint8Array()
    listener.receive(frame => {
      release = frame.retain()
      kept = frame.bytes
    })
    dialler.send(new Uint8Array(BLOCK).fill(7))
    await turns()
    await dialler.close()
    await listener.closed
    await turns()
    expect(closes).toEqual({ dialler: 1, listener: 0 })
    expect([kept.length, kept[0]]).toEqual([BLOCK, 7])
    release()
    await turns()
    expect(closes.listener).toBe(1)
  })

  it('takes no commit for what was reserved before it closed, nor for more than was reserved', async () => {
    const { dialler, listener } = connectionBed()
    const arrived: number[] = []
    listener.receive(({ start, end }) => arrived.push(end - start))
    expect(dialler.inPlace.reserve(10)).toBeGreaterThanOrEqual(0)
    expect(() => dialler.inPlace.commit(11)).toThrow(/10 B are reserved/)
    dialler.inPlace.commit(4)
    expect(() => dialler.inPlace.commit(0)).toThrow(/nothing is reserved/)
    dialler.inPlace.reserve(10)
    const closing = dialler.close()
    dialler.inPlace.commit(10)
    await closing
    await listener.closed
    expect(arrived).toEqual([4])
    expect([dialler.inPlace.reserve(1), dialler.inPlace.room.length]).toEqual([-1, 0])
  })

  it('writes large and small frames in place, where its peer reads them', async () => {
    const { dialler, listener } = connectionBed()
    const arrived: number[] = []
    listener.receive(({ bytes }) => arrived.push(bytes.length, bytes[0] ?? -1, bytes.at(-1) ?? -1))
    for (const length of [3, BLOCK, smallSizes.largest, 1]) {
      const at = dialler.inPlace.reserve(length)
      dialler.inPlace.room.fill(length % 251, at, at + length)
      dialler.inPlace.commit(length)
      await turns()
    }
    expect(arrived).toEqual(
      [3, BLOCK, smallSizes.largest, 1].flatMap(length => [length, length % 251, length % 251]),
    )
  })

  it('has all that its peer may not have taken, and nothing that came before what it surely took', async () => {
    const sizes = [10, BLOCK, 20, smallSizes.largest, 30]
    for (const last of sizes.keys()) {
      const { dialler, listener } = connectionBed()
      let untaken: number[] = []
      let arrived = 0
      listener.receive(() => {
        if (arrived++ !== last) return
        dialler.abort()
        untaken = Array.from(dialler.untaken(), bytes => {
          expect(bytes.every(byte => byte === bytes.length % 251)).toBe(true)
          return bytes.length
        })
      })
      for (const size of sizes) dialler.send(new Uint8Array(size).fill(size % 251))
      await listener.closed
      // Of small frames the peer does not tell each that it took.
      expect(untaken).toEqual(sizes.slice(last >= 4 ? 4 : last >= 2 ? 2 : 0))
    }
  })

  it('has nothing untaken when its peer read everything', async () => {
    const { dialler, listener } = connectionBed()
    listener.receive(() => {})
    for (const size of [10, BLOCK, 20]) dialler.send(new Uint8Array(size))
    await turns()
    dialler.abort()
    expect([...dialler.untaken()]).toEqual([])
  })
})
