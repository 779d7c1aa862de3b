import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { message } from '../../../src/index.js'
import { loneNode } from '../../support/nodes.js'

const Ticked = message('ticked', z.number())

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = []
  for await (const value of stream) read.push(value)
  return read
}

describe('a stream', () => {
  it('lets publishers wait when its buffer is full, and go on as it is read', async () => {
    const node = await loneNode()
    const stream = node.stream(Ticked, { buffer: 2 })
    const accepted: number[] = []
    const published = [1, 2, 3, 4].map(tick => node.publish(Ticked, tick).then(() => accepted.push(tick)))
    await new Promise(setImmediate)
    expect(accepted).toEqual([1, 2])
    expect(await stream.next()).toEqual({ done: false, value: 1 })
    await published[2]
    expect(accepted).toEqual([1, 2, 3])
    const rest: number[] = []
    for await (const tick of stream) {
      rest.push(tick)
      if (rest.length === 3) break
    }
    expect(rest).toEqual([2, 3, 4])
    await Promise.all(published)
  })

  it('that was left takes nothing more; who waited for it hears of it', async () => {
    const node = await loneNode()
    const stream = node.stream(Ticked, { buffer: 1 })
    const letters: unknown[] = []
    node.deadLetters$.subscribe(({ payload, reason }) => letters.push([payload, reason.code]))
    await node.publish(Ticked, 1)
    const waiting = node.publish(Ticked, 2)
    for await (const _ of stream) break
    expect(await waiting).toEqual({ accepted: 1, failed: 0 }) // there was room as soon as 1 was read
    expect(await node.publish(Ticked, 3)).toEqual({ accepted: 0, failed: 0 })
    expect(await stream.next()).toEqual({ done: true, value: undefined })

    const other = node.stream(Ticked, { buffer: 1 })
    await node.publish(Ticked, 4)
    const refused = node.publish(Ticked, 5)
    await other.return()
    expect(await refused).toEqual({ accepted: 0, failed: 1 })
    expect(letters).toEqual([[5, 'CLOSED']])
  })

  it('ends by its signal; what it took can still be read', async () => {
    const node = await loneNode()
    const abort = new AbortController()
    const stream = node.stream(Ticked, { signal: abort.signal })
    await node.publish(Ticked, 1)
    abort.abort()
    expect(await all(stream)).toEqual([1])
    expect(await all(node.stream(Ticked, { signal: abort.signal }))).toEqual([])
  })

  it('ends with its node', async () => {
    const node = await loneNode()
    const read = all(node.stream(Ticked))
    await node.publish(Ticked, 1)
    await node.close()
    expect(await read).toEqual([1])
  })

  it('that is left does not keep others from accepting', async () => {
    const node = await loneNode()
    const slow = node.stream(Ticked, { buffer: 1 })
    const quick = node.stream(Ticked)
    await node.publish(Ticked, 1)
    const published = node.publish(Ticked, 2)
    await slow.return()
    expect(await published).toEqual({ accepted: 1, failed: 0 })
    await quick.return()
  })
})
