import { expect, it } from 'vitest'
import { JournalBell } from '../../../src/transports/file-mapping/journal-bell.js'
import { JournalWaits } from '../../../src/transports/file-mapping/journal-waits.js'

/** Counts its rings, and wakes only those of its own process. */
class CountedBell extends JournalBell {
  rings = 0
  constructor(private readonly onRing: () => void = () => {}) {
    super('no file')
  }
  override listen(): void {}
  override ring(): void {
    this.onRing()
    this.rings += 1
    this.wake()
  }
}

const isThere = () => false

it('a wait for a journal that one was about to end when he was killed is ended by his successor', async () => {
  const memory = new SharedArrayBuffer(4096)
  const killed = new CountedBell(() => {
    throw new Error('killed')
  })
  const successor = new CountedBell()
  const waits = new JournalWaits(memory, successor)
  for (const [wait, tell] of [
    ['forRecord', 'recordAppended'],
    ['forRoom', 'roomMade'],
  ] as const) {
    const waiting = waits[wait](isThere)
    expect(() => new JournalWaits(memory, killed)[tell]()).toThrow('killed')
    waits[tell]()
    await waiting
  }
  waits.recordAppended()
  waits.roomMade()
  expect(successor.rings).toBe(2)
})

it('a wait that begins while somebody still rings for an earlier one is rung for, too', async () => {
  const memory = new SharedArrayBuffer(4096)
  const bell = new CountedBell()
  const waits = new JournalWaits(memory, bell)
  let again: Promise<void> | undefined
  const late = new JournalWaits(
    memory,
    new CountedBell(() => {
      again = waits.forRoom(isThere)
    }),
  )
  const first = waits.forRoom(isThere)
  late.roomMade()
  waits.roomMade()
  await Promise.all([first, again])
  expect(bell.rings).toBe(1)
})
