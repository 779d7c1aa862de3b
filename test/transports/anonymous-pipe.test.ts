import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { firstValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import {
  AnonymousPipe,
  PipeFrameReader,
  PipeFrameWriter,
  type TornFrame,
} from '../../src/transports/anonymous-pipe/index.js'
import { startCPeer } from '../support/c-peer.js'

/** Resolves with its exit code, or with the signal that ended it. */
async function ended(child: ReturnType<typeof startCPeer>): Promise<unknown> {
  const [code, signal] = await once(child, 'exit')
  return code ?? signal
}

/** All frames of a pipe, as texts by their writers, when it has ended. */
async function readAll(reader: PipeFrameReader) {
  const frames: Uint8Array[] = []
  const writers = new Set<string>()
  reader.receive((frame, writer) => {
    frames.push(frame)
    writers.add(writer)
  })
  const torn: TornFrame[] = []
  reader.torn$.subscribe(frame => torn.push(frame))
  return { reason: await reader.closed, frames, writers, torn }
}

it('a program in C that inherits two pipes reads frames of any size, and writes them back [anonymous-pipe: both-ways]', async context => {
  const there = AnonymousPipe.create({ foreign: 'reader' })
  const back = AnonymousPipe.create({ foreign: 'writer' })
  const echo = startCPeer(
    context,
    'pipe-frames',
    ['echo'],
    [there.read.descriptor, back.write.descriptor, 'inherit'],
  )
  there.read.close()
  back.write.close()
  const status = ended(echo)
  const frames = [0, 1, 4082, 4083, 4084, 100_000].map((size, index) => Buffer.alloc(size, index + 1))
  const writer = new PipeFrameWriter(there.write)
  for (const frame of frames) expect(writer.send(frame)).toBe('sent')
  const answers = readAll(new PipeFrameReader(back.read))
  await writer.close()
  expect(await status).toBe(0)
  const { reason, frames: received } = await answers
  expect(reason).toEqual({ by: 'peer' })
  expect(received.map(frame => Buffer.compare(frame, frames[received.indexOf(frame)] ?? frame))).toEqual(
    frames.map(() => 0),
  )
})

it('one pipe takes the frames of several processes, each whole; of one that dies in the middle of a frame nothing arrives [anonymous-pipe: peer-death]', async context => {
  const pipe = AnonymousPipe.create({ foreign: 'writer' })
  const start = (...args: string[]) =>
    startCPeer(context, 'pipe-frames', args, ['ignore', pipe.write.descriptor, 'inherit'])
  const children = [start('write', '301', '20'), start('write', '52', '20000'), start('die', '30000')]
  pipe.write.close()
  const statuses = Promise.all(children.map(ended))
  const { reason, frames, writers, torn } = await readAll(new PipeFrameReader(pipe.read))
  expect(await statuses).toEqual([0, 0, process.platform === 'win32' ? 9 : 'SIGKILL'])
  expect(reason).toEqual({ by: 'peer' })
  expect(writers.size).toBe(2)
  const whole = (byte: string, size: number) =>
    frames.filter(frame => frame.length === size && frame.every(one => one === byte.charCodeAt(0))).length
  expect([whole('1', 20), whole('2', 20_000), frames.length]).toEqual([301, 52, 353])
  expect(torn.map(({ bytes }) => bytes)).toEqual([7 * 4083])
})

it('a pipe that nobody reads is full, and the event loop goes on; then all of it arrives [anonymous-pipe: limits]', async () => {
  const pipe = AnonymousPipe.create()
  const writer = new PipeFrameWriter(pipe.write)
  const frame = Buffer.alloc(10_000, 7)
  let sent = 0
  for (let turns = 0; turns < 5; turns++) {
    while (writer.send(frame) === 'sent') sent++
    await setImmediate()
  }
  expect(sent * frame.length).toBeGreaterThan(64 * 1024)
  const writable = firstValueFrom(writer.writable$)
  const arrived = readAll(new PipeFrameReader(pipe.read))
  await writable
  await writer.close()
  const { frames } = await arrived
  expect(frames.length).toBe(sent)
  expect(frames.every(one => frame.equals(one))).toBe(true)
})

it('a writer whose reader is gone says so with its next frame', async () => {
  const pipe = AnonymousPipe.create()
  pipe.read.close()
  const writer = new PipeFrameWriter(pipe.write)
  writer.send(Buffer.from('one coffee'))
  expect(await writer.closed).toMatchObject({ by: 'fault', error: { code: 'CLOSED' } })
  expect(writer.send(Buffer.from('another one'))).toBe('full')
})

it.each([
  ['a record longer than any', [0xff, 0xff, 0xff, 0x7f]],
  ['a record without a head', [3, 0, 0, 0, 1, 1, 1]],
  ['a part without a beginning', [10, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 2, 65]],
])('%s ends the reading, and nothing else', async (_, bytes) => {
  const pipe = AnonymousPipe.create()
  const reader = new PipeFrameReader(pipe.read)
  const read = readAll(reader)
  const stream = pipe.write.stream().on('error', () => {})
  stream.write(Uint8Array.from(bytes))
  const { reason, frames } = await read
  expect(reason).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
  expect(frames).toEqual([])
  stream.destroy()
})

it('what is unfinished is bounded: the oldest frame is given up, and so is one that grows beyond the largest', async () => {
  const pipe = AnonymousPipe.create()
  const reader = new PipeFrameReader(pipe.read, { maxUnfinished: 1, maxFrame: 3 })
  const torn = firstValueFrom(reader.torn$.pipe(toArray()))
  const read = readAll(reader)
  const stream = pipe.write.stream().on('error', () => {})
  const begin = (writer: number) => [11, 0, 0, 0, ...Array(8).fill(writer), 1, 65, 65]
  stream.write(Uint8Array.from([...begin(1), ...begin(2), 11, 0, 0, 0, ...Array(8).fill(2), 2, 65, 65]))
  expect(await read).toMatchObject({ reason: { by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } } })
  expect(await torn).toEqual([
    { writer: '01'.repeat(8), bytes: 2 },
    { writer: '02'.repeat(8), bytes: 4 },
  ])
  stream.destroy()
})

it('an end is used once', () => {
  using pipe = AnonymousPipe.create()
  pipe.read.stream().destroy()
  expect(pipe.read.unused).toBe(false)
  expect(() => pipe.read.stream()).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  expect(() => pipe.read.descriptor).toThrow(expect.objectContaining({ code: 'CLOSED' }))
})
