import { once } from 'node:events'
import { firstValueFrom } from 'rxjs'
import { expect, it, onTestFinished, type TestContext } from 'vitest'
import { type Connection, parseAddress } from '../../../src/core/contracts/index.js'
import { framed } from '../../../src/core/link/index.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { AnonymousPipe, anonymousPipe, PipeEnds } from '../../../src/transports/anonymous-pipe/index.js'
import { startCPeer } from '../../support/c-peer.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

/** `test/foreign/stream-frames.c`, and our side of the two pipes that it has as its input and its output. */
function startChild(context: TestContext, ...args: string[]) {
  using there = AnonymousPipe.create({ foreign: 'reader' })
  using back = AnonymousPipe.create({ foreign: 'writer' })
  const stdio = [there.read.descriptor, back.write.descriptor, 'inherit' as const]
  const child = startCPeer(context, 'stream-frames', args, stdio)
  const address = parseAddress('anonymous-pipe://./child')
  const ends = new PipeEnds(back.read, there.write)
  const connection = anonymousPipe().adopt(ends, address, createTestContext(temporaryFolder()))
  onTestFinished(() => connection.abort())
  return { connection, ended: once(child, 'exit').then(([code]) => code) }
}

/** What the frames of a connection are, until it ends. */
async function framesOf(connection: Connection) {
  const frames: Buffer[] = []
  connection.receive(({ bytes }) => frames.push(Buffer.from(bytes)))
  return { reason: await connection.closed, frames }
}

async function sendAll(connection: Connection, frames: readonly Uint8Array[]): Promise<void> {
  for (const frame of frames) {
    while (connection.send(frame) === 'full') await firstValueFrom(connection.writable$)
  }
}

const counting = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => index & 0xff))
// 4096 is PIPE_BUF of Linux: a longer write may be cut; and more than a pipe holds, 64 KiB.
const SIZES = [0, 1, 3, 4092, 4093, 4096, 70_000, 1024 * 1024]

it('a program in C answers each frame of a connection over two pipes, of whatever size [anonymous-pipe: both-ways]', async context => {
  const { connection, ended } = startChild(context, 'reverse')
  const child = framed(connection)
  const answers: Buffer[] = []
  const all = new Promise<void>(resolve => {
    child.receive(({ bytes }) => {
      if (answers.push(Buffer.from(bytes)) === SIZES.length) resolve()
    })
  })
  await sendAll(child, SIZES.map(counting))
  await all
  await child.close()
  expect(await ended).toBe(0)
  expect(answers.map(answer => answer.length)).toEqual(SIZES)
  expect(answers.every(answer => answer.reverse().equals(counting(answer.length)))).toBe(true)
})

it('frames that a program in C wrote before it ended arrive, and then its end [anonymous-pipe: shape]', async context => {
  const { connection, ended } = startChild(context, 'write', ...SIZES.map(String))
  const { reason, frames } = await framesOf(framed(connection))
  expect([await ended, reason]).toEqual([0, { by: 'peer' }])
  expect(frames.map(frame => frame.length)).toEqual(SIZES)
  expect(frames.every(frame => frame.equals(counting(frame.length)))).toBe(true)
})

it('of a program in C that ends within a frame, the frames before are delivered, and that one is not [anonymous-pipe: peer-death]', async context => {
  const { connection, ended } = startChild(context, 'tear', '9000')
  const { reason, frames } = await framesOf(framed(connection))
  expect(await ended).toBe(0)
  expect(frames.map(frame => frame.length)).toEqual([9000])
  expect(reason).toMatchObject({
    by: 'fault',
    error: { code: 'CLOSED', message: expect.stringContaining('in the middle of a frame') },
  })
})

it('a length that is over the largest frame ends the connection with the program that claims it [anonymous-pipe: limits]', async context => {
  const { connection, ended } = startChild(context, 'claim')
  const { reason, frames } = await framesOf(framed(connection))
  expect(reason).toMatchObject({
    by: 'fault',
    error: { code: 'PROTOCOL_VIOLATION', message: expect.stringContaining('4294967295 B') },
  })
  expect([frames, await ended]).toEqual([[], 0])
})

it.for([
  ['an end within a frame', [5, 0, 0, 0, 1, 2], 3],
  ['an end within a length', [5, 0], 3],
  ['a length that is over what it takes', [0xff, 0xff, 0xff, 0xff], 4],
] as const)('a program in C sees %s', async ([_, bytes, code], context) => {
  const { connection, ended } = startChild(context, 'reverse')
  connection.receive(() => {})
  connection.send(Uint8Array.from(bytes))
  await connection.close()
  expect(await ended).toBe(code)
})
