import { describe, expect, it } from 'vitest'
import type { LaneSink, OutboundLane } from '../../../src/core/link/index.js'
import { bytes, linkPair, NOTHING, settle } from './link-pair.js'

const quiet = { settle: () => {} }
const window = { messages: 8, bytes: 1000 }

/** Accepts a message when it is told to. */
function slowSink() {
  const accepts: (() => void)[] = []
  const sink: LaneSink = { accept: () => new Promise(accept => accepts.push(accept)) }
  const accept = async (count: number) => {
    await settle()
    for (let done = 0; done < count; done++) {
      accepts.shift()?.()
      await settle()
    }
  }
  return { sink, accept }
}

/** Fills a lane with messages of `length` bytes, and tells how many it took. */
function fill(lane: OutboundLane, length: number): number {
  let taken = 0
  while (lane.offer(NOTHING, new Uint8Array(length), quiet)) taken++
  return taken
}

/** Tells whether there was room yet. */
function watched(room: Promise<void>): { readonly came: boolean } {
  const seen = { came: false }
  void room.then(() => {
    seen.came = true
  })
  return seen
}

describe('a lane without room', () => {
  it('says so when half of its messages are accepted, to all who wait', async () => {
    const { sink, accept } = slowSink()
    const { left } = await linkPair({}, { host: { control: sink }, hello: { window } })
    expect(fill(left.control, 1)).toBe(8)
    const both = [watched(left.control.room()), watched(left.control.room())]
    await accept(3)
    expect(both).toEqual([{ came: false }, { came: false }])
    await accept(1)
    expect(both).toEqual([{ came: true }, { came: true }])
    expect(fill(left.control, 1)).toBe(4)
  })

  it('waits for as many bytes as the message that it refused has', async () => {
    const { sink, accept } = slowSink()
    const { left } = await linkPair({}, { host: { control: sink }, hello: { window } })
    expect(fill(left.control, 200)).toBe(5)
    expect(left.control.offer(NOTHING, new Uint8Array(900), quiet)).toBe(false)
    const room = watched(left.control.room())
    await accept(4)
    expect(room.came).toBe(false)
    await accept(1)
    expect(room.came).toBe(true)
    expect(left.control.offer(NOTHING, new Uint8Array(900), quiet)).toBe(true)
  })

  it('waits for a full track, too', async () => {
    const { left, connections } = await linkPair({}, { hello: { window } }, { capacity: 500 })
    connections[1].pause()
    expect(fill(left.control, 200)).toBe(2)
    await settle()
    expect(fill(left.control, 200)).toBe(0)
    const room = watched(left.control.room())
    await settle()
    expect(room.came).toBe(false)
    connections[1].resume()
    await settle()
    expect(room.came).toBe(true)
    expect(fill(left.control, 200)).toBe(2)
  })

  it('keeps nobody waiting when it ends, or the session does: it says that nothing will be taken', async () => {
    const { sink } = slowSink()
    const { left } = await linkPair({}, { host: { laneOpened: () => sink }, hello: { window } })
    const [ended, lost] = [left.openLane(bytes('a')), left.openLane(bytes('b'))]
    for (const lane of [ended, lost]) fill(lane, 1)
    const rooms = [ended.room(), lost.room()].map(room =>
      expect(room).rejects.toMatchObject({ code: 'CLOSED' }),
    )
    ended.end()
    await rooms[0]
    left.abort()
    await rooms[1]
    for (const lane of [ended, lost]) await expect(lane.room()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
