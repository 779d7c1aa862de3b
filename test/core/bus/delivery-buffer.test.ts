import { firstValueFrom, map, Subject, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type DeadLetter, message, type Node, type Overflow } from '../../../src/index.js'
import { loneNode } from '../../support/nodes.js'

const Ticked = message('ticked', z.number())

/** Publishes several in one go, and waits until each was accepted. */
async function publish(node: Node, from: number, to: number): Promise<void> {
  const published: Promise<unknown>[] = []
  for (let tick = from; tick <= to; tick++) published.push(node.publish(Ticked, tick))
  await Promise.all(published)
}

/**
 * A subscriber with a buffer of 3 that is busy with tick 0 while 1 to 5 are published: RxJS subscribers are
 * synchronous, so only one that publishes itself is ever behind.
 */
async function busySubscriber(overflow: Overflow) {
  const node = await loneNode()
  const dropped: DeadLetter[] = []
  node.deadLetters$.subscribe(letter => dropped.push(letter))
  const seen: number[] = []
  const end = new Subject<unknown>()
  node.observe(Ticked, { overflow, buffer: 3 }).subscribe({
    next: tick => {
      seen.push(tick)
      if (tick === 0) void publish(node, 1, 5)
    },
    error: error => end.next(error),
  })
  const ended = firstValueFrom(end)
  await publish(node, 0, 0)
  await new Promise(setImmediate)
  return {
    node,
    seen,
    dropped: dropped.map(({ payload }) => payload),
    reasons: dropped.map(({ reason }) => reason.code),
    ended,
  }
}

describe('an observer that is behind', () => {
  it('with drop-oldest loses the oldest to the dead letters', async () => {
    const { seen, dropped, reasons } = await busySubscriber('drop-oldest')
    expect({ seen, dropped, reasons }).toEqual({
      seen: [0, 3, 4, 5],
      dropped: [1, 2],
      reasons: ['OVERFLOW', 'OVERFLOW'],
    })
  })

  it('with drop-newest loses the newest to the dead letters', async () => {
    const { seen, dropped } = await busySubscriber('drop-newest')
    expect({ seen, dropped }).toEqual({ seen: [0, 1, 2, 3], dropped: [4, 5] })
  })

  it('with latest skips to the latest, which is no loss', async () => {
    const { seen, dropped } = await busySubscriber('latest')
    expect({ seen, dropped }).toEqual({ seen: [0, 5], dropped: [] })
  })

  it('with unbounded loses nothing', async () => {
    const { seen, dropped } = await busySubscriber('unbounded')
    expect({ seen, dropped }).toEqual({ seen: [0, 1, 2, 3, 4, 5], dropped: [] })
  })

  it('with error ends with OVERFLOW, and wants nothing more', async () => {
    const { node, seen, ended } = await busySubscriber('error')
    await expect(ended).resolves.toMatchObject({
      code: 'OVERFLOW',
      message: expect.stringContaining('message ticked@1'),
    })
    expect(seen).toEqual([0])
    expect(await node.publish(Ticked, 6)).toEqual({ accepted: 0, failed: 0 })
  })
})

describe('an observer that keeps up', () => {
  it.each(['drop-oldest', 'drop-newest', 'error', 'unbounded'] as const)(
    'with %s gets a flood of one turn whole and in order',
    async overflow => {
      const node = await loneNode()
      const dropped: unknown[] = []
      node.deadLetters$.subscribe(letter => dropped.push(letter))
      const seen = firstValueFrom(node.observe(Ticked, { overflow, buffer: 3 }).pipe(take(1000), toArray()))
      await publish(node, 1, 1000)
      expect(await seen).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
      expect(dropped).toEqual([])
    },
  )

  it('may leave and come while it is told', async () => {
    const node = await loneNode()
    const ticked$ = node.observe(Ticked, { overflow: 'unbounded' })
    const seen: string[] = []
    const once = ticked$.subscribe(tick => {
      seen.push(`once ${tick}`)
      once.unsubscribe()
      ticked$.pipe(map(next => `later ${next}`)).subscribe(text => seen.push(text))
    })
    await publish(node, 1, 1)
    await publish(node, 2, 3)
    expect(seen).toEqual(['once 1', 'later 2', 'later 3'])
  })
})

describe('options that make no sense', () => {
  it.each([
    { overflow: undefined },
    { overflow: 'wait' },
    { overflow: 'error', buffer: 0 },
    { overflow: 'error', buffer: Number.NaN },
  ])('%j are refused at once', async options => {
    const node = await loneNode()
    expect(() => node.observe(Ticked, options as { overflow: Overflow })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('drop-oldest') }),
    )
  })

  it('so is a stream that would take nothing', async () => {
    const node = await loneNode()
    expect(() => node.stream(Ticked, { buffer: 0 })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
