import { describe, expect, it } from 'vitest'
import { Mailbox, type MailboxOverflow } from '../../../src/core/actors/mailbox.js'
import { type ErrorCode, SignalboxError } from '../../../src/core/contracts/index.js'

/** A message, for which the mailbox has a place. */
class Numbered {
  next: Numbered | undefined = undefined
  constructor(readonly number: number) {}
}

/** A mailbox of numbers. */
function mailbox(overflow: MailboxOverflow, limit = 2) {
  const dropped: [number, ErrorCode][] = []
  const owner = {
    path: 'signalbox://shop/cashier',
    dropped: ({ number }: Numbered, why: SignalboxError) => void dropped.push([number, why.code]),
  }
  const letters = new Mailbox<Numbered>(owner, { limit, overflow })
  const box = {
    get size() {
      return letters.size
    },
    offer: (number: number) => letters.offer(new Numbered(number)),
    put: (number: number) => letters.put(new Numbered(number)),
    room: () => letters.room(),
    take: () => letters.take()?.number,
    close: (why: SignalboxError) => letters.close(() => why).map(({ number }) => number),
  }
  const taken = () => {
    const all: number[] = []
    for (let next = box.take(); next !== undefined; next = box.take()) all.push(next)
    return all
  }
  return { box, dropped, taken }
}

describe('a mailbox', () => {
  it('hands over in the order in which it took', () => {
    const { box, taken } = mailbox('block', 1000)
    for (let item = 0; item < 1000; item++) expect(box.put(item)).toBeUndefined()
    expect(taken()).toEqual(Array.from({ length: 1000 }, (_, item) => item))
  })

  it('keeps its order while it is emptied and filled by turns', () => {
    const { box } = mailbox('block', 1000)
    const taken: (number | undefined)[] = []
    let next = 0
    for (const [come, go] of [
      [1, 1],
      [3, 2],
      [1, 2],
      [0, 1],
      [2, 1],
      [2, 3],
    ] as const) {
      for (let item = 0; item < come; item++) box.offer(next++)
      for (let item = 0; item < go; item++) taken.push(box.take())
    }
    expect(taken).toEqual([0, 1, 2, 3, 4, undefined, 5, 6, 7, 8])
    expect(box.size).toBe(0)
  })

  it('that is full and blocks takes nothing at once, and later in order as room is made', async () => {
    const { box, taken } = mailbox('block')
    const accepted: number[] = []
    expect([box.offer(1), box.offer(2), box.offer(3)]).toEqual([true, true, false])
    const blocked = [3, 4, 5].map(item => Promise.resolve(box.put(item)).then(() => accepted.push(item)))
    await Promise.resolve()
    expect({ accepted, size: box.size }).toEqual({ accepted: [], size: 2 })
    expect(box.take()).toBe(1)
    await blocked[0]
    expect(accepted).toEqual([3])
    expect(taken()).toEqual([2, 3, 4, 5])
    await Promise.all(blocked)
    expect(accepted).toEqual([3, 4, 5])
  })

  it('says when it has room: at once, when half of it was handled, or when it takes nothing any more', async () => {
    const { box } = mailbox('block', 4)
    const events: string[] = []
    await box.room()
    for (const item of [1, 2, 3, 4]) box.offer(item)
    expect(box.offer(5)).toBe(false)
    const blocked = Promise.resolve(box.put(5)).then(() => events.push('5 was taken'))
    const room = box.room().then(() => events.push('room'))
    box.take()
    box.take()
    await blocked
    expect(events).toEqual(['5 was taken'])
    box.take()
    await room
    expect(events).toEqual(['5 was taken', 'room'])
    for (const item of [6, 7]) expect(box.offer(item)).toBe(true)
    expect(box.offer(8)).toBe(false)
    const last = box.room()
    box.close(new SignalboxError('ACTOR_STOPPED', 'the shop closes'))
    await Promise.all([last, box.room()])
  })

  it('that is full and rejects says so, with its owner and its limit', () => {
    const { box, dropped, taken } = mailbox('reject')
    expect([box.offer(1), box.offer(2), box.offer(3)]).toEqual([true, true, false])
    expect(() => box.put(3)).toThrow(
      expect.objectContaining({
        code: 'MAILBOX_FULL',
        message: expect.stringMatching('signalbox://shop/cashier holds its limit of 2'),
      }),
    )
    expect({ dropped, taken: taken() }).toEqual({ dropped: [], taken: [1, 2] })
  })

  it('that is full and drops the oldest gives up the one that waited longest', () => {
    const { box, dropped, taken } = mailbox('drop-oldest')
    for (const item of [1, 2, 3, 4]) expect(box.put(item)).toBeUndefined()
    expect({ dropped, taken: taken() }).toEqual({
      dropped: [
        [1, 'MAILBOX_FULL'],
        [2, 'MAILBOX_FULL'],
      ],
      taken: [3, 4],
    })
  })

  it('that is full and drops the newest gives up the one that comes', () => {
    const { box, dropped, taken } = mailbox('drop-newest')
    for (const item of [1, 2, 3, 4]) expect(box.offer(item)).toBe(true)
    expect({ dropped, taken: taken() }).toEqual({
      dropped: [
        [3, 'MAILBOX_FULL'],
        [4, 'MAILBOX_FULL'],
      ],
      taken: [1, 2],
    })
  })

  it('that is closed hands over what it took, and refuses what is blocked and what comes', async () => {
    const { box } = mailbox('block')
    const why = new SignalboxError('ACTOR_STOPPED', 'it was stopped')
    box.offer(1)
    box.offer(2)
    const blocked = Promise.resolve(box.put(3))
    expect(box.close(why)).toEqual([1, 2])
    await expect(blocked).rejects.toBe(why)
    expect(() => box.put(4)).toThrow(why)
    expect([box.offer(4), box.take(), box.close(why)]).toEqual([false, undefined, []])
  })

  it('that is closed makes a reason when somebody is refused, and none before', () => {
    const owner = { path: 'signalbox://shop/cashier', dropped() {} }
    const letters = new Mailbox<Numbered>(owner, { limit: 1, overflow: 'block' })
    let reasons = 0
    letters.offer(new Numbered(1))
    letters.close(() => new SignalboxError('ACTOR_STOPPED', `reason ${++reasons}`))
    expect([letters.offer(new Numbered(2)), reasons]).toEqual([false, 0])
    expect(() => letters.put(new Numbered(3))).toThrow('reason 1')
  })

  it.each([0, -1, Number.NaN])('of %d messages would never take one, and is refused', limit => {
    expect(() => mailbox('block', limit)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
