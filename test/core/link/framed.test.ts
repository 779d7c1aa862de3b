import { expect, it } from 'vitest'
import { framed } from '../../../src/core/link/index.js'
import { connectionPair } from '../../../src/testing/connection-pair.js'

const code = (expected: string) => expect.objectContaining({ code: expected })
const bytes = (...values: number[]) => Uint8Array.from(values)

it('a frame stands behind its length, 32 bits, little endian', () => {
  const [here] = connectionPair()
  const connection = framed(here)
  for (const frame of [new Uint8Array(258), bytes(), bytes(7, 8)]) connection.send(frame)
  expect(here.sent.map(sent => [...sent.subarray(0, 6)])).toEqual([
    [2, 1, 0, 0, 0, 0],
    [0, 0, 0, 0],
    [2, 0, 0, 0, 7, 8],
  ])
})

it.each([1, 2, 3, 5, 100])('frames arrive whole that come in pieces of %i B', async size => {
  const [here, there] = connectionPair({ pieces: () => size })
  const frames: number[][] = []
  const connection = framed(there)
  connection.receive(frame => frames.push([...frame.bytes]))
  here.send(bytes(3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 1, 0, 0, 0, 4))
  await here.close()
  expect(await connection.closed).toEqual({ by: 'peer' })
  expect(frames).toEqual([[1, 2, 3], [], [4]])
})

it('a frame over the largest is refused, and the next one leaves', () => {
  const [here] = connectionPair()
  const connection = framed(here, { maxFrame: 2 })
  expect(() => connection.send(bytes(1, 2, 3))).toThrow(code('FRAME_TOO_LARGE'))
  expect(connection.send(bytes(1, 2))).toBe('sent')
  expect(here.sent).toEqual([bytes(2, 0, 0, 0, 1, 2)])
})

it('who closes in its sink gets nothing more, also when it has come already', async () => {
  const [here, there] = connectionPair()
  const frames: number[][] = []
  const connection = framed(there)
  connection.receive(frame => {
    frames.push([...frame.bytes])
    void connection.close()
  })
  here.send(bytes(1, 0, 0, 0, 1, 1, 0, 0, 0, 2))
  await connection.closed
  expect(frames).toEqual([[1]])
})

it('a frame is kept by who retains it', async () => {
  const [here, there] = connectionPair()
  const kept: Uint8Array[] = []
  const connection = framed(there)
  connection.receive(frame => {
    frame.retain()
    kept.push(frame.bytes)
  })
  here.send(bytes(1, 0, 0, 0, 1, 1, 0, 0, 0, 2))
  await here.close()
  await connection.closed
  expect(kept).toEqual([bytes(1), bytes(2)])
})
