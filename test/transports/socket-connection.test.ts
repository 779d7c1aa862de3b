import { once } from 'node:events'
import * as files from 'node:fs'
import type { Socket } from 'node:net'
import { firstValueFrom } from 'rxjs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Clock, type FrameSink, SignalboxError } from '../../src/core/contracts/index.js'
import { SocketConnection } from '../../src/transports/socket/socket-connection.js'
import { socketPair } from '../support/socket-pair.js'

vi.mock('node:fs', async original => {
  const fs = await original<typeof files>()
  return { ...fs, writeSync: vi.fn(fs.writeSync) }
})

const MiB = 1024 * 1024
const opened: Socket[] = []

afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy()
})

describe('a socket connection', () => {
  it('[tcp: both-ways] answers all that came in one event with one write', async () => {
    const { connection, here, there } = await connect()
    const writes = writesTo(here)
    connection.receive(({ bytes }) => {
      for (const byte of bytes) void Promise.resolve().then(() => connection.send(Uint8Array.of(byte + 1)))
    })
    there.write(Buffer.from('HAL'))
    const [answer] = await once(there, 'data')
    expect(String(answer)).toBe('IBM')
    expect(writes()).toBe(1)
  })

  it('lets what was sent leave at once when it is flushed, and all of it in order', async () => {
    const { connection, here, there } = await connect()
    const writes = writesTo(here)
    const expected: Buffer[] = []
    for (let n = 0; n < 200; n++) {
      const frame = Buffer.alloc(1 + (n % 7) * 1000, n)
      expected.push(frame)
      expect(connection.send(frame)).toBe('sent')
      if (n === 0) expect(writes()).toBe(0)
      connection.flush()
      if (n === 0) expect(writes()).toBe(1)
    }
    const all = Buffer.concat(expected)
    expect((await readBytes(new SocketConnection(there, nobody), all.length)).equals(all)).toBe(true)
  })

  it('delivers what came before there was a sink', async () => {
    const { connection, there } = await connect()
    await written(there, 'early')
    expect(await read(connection, 5)).toBe('early')
  })

  it('has one sink', async () => {
    const { connection } = await connect()
    connection.receive(() => {})
    expect(() => connection.receive(() => {})).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  it('delivers nothing for an empty frame', async () => {
    const { connection, there } = await connect()
    expect(connection.send(new Uint8Array(0))).toBe('sent')
    connection.send(Buffer.from('x'))
    expect(await read(new SocketConnection(there, nobody), 1)).toBe('x')
  })

  it('keeps what is retained when the next bytes come where it lay', async () => {
    const { connection, there } = await connect()
    const kept: Uint8Array[] = []
    const enough = new Promise<void>(resolve => {
      connection.receive(frame => {
        frame.retain()
        kept.push(frame.bytes)
        if (kept.length === 1) there.write('two')
        else resolve()
      })
    })
    there.write('one')
    await enough
    expect(Buffer.concat(kept).toString()).toBe('onetwo')
  })

  it('lends all that comes from one buffer, which is not allocated again', async () => {
    const { connection, there } = await connect()
    const buffers = new Set<ArrayBufferLike>()
    let received = 0
    const all = new Promise<void>(resolve => {
      connection.receive(({ buffer, start, end }) => {
        buffers.add(buffer.buffer)
        received += end - start
        if (received === 4 * MiB) resolve()
      })
    })
    await Promise.all([written(there, Buffer.alloc(4 * MiB)), all])
    expect(buffers.size).toBe(1)
  })

  it('delivers what came before there was a sink in front of what comes afterwards, and all of it', async () => {
    const { connection, there } = await connect()
    const sent = Buffer.alloc(4 * MiB).map((_, at) => (at * 31) >> 8)
    there.write(sent)
    for (let n = 0; n < 20; n++) await turn()
    expect((await readBytes(connection, sent.length)).equals(sent)).toBe(true)
  })

  it('lets the sink pause, and goes on where it stopped', async () => {
    const { connection, there } = await connect()
    let received = 0
    let mayRead = true
    const paused = new Promise<void>(resolve => {
      connection.receive(({ bytes }) => {
        expect(mayRead).toBe(true)
        received += bytes.length
        mayRead = false
        connection.pause()
        resolve()
      })
    })
    const sent = written(there, Buffer.alloc(4 * MiB))
    await paused
    while (received < 4 * MiB) {
      await turn()
      mayRead = true
      connection.resume()
      await turn()
    }
    await sent
  })

  it('lets the sink close: nothing more is delivered, and what it sent arrives', async () => {
    const { connection, there } = await connect()
    let calls = 0
    connection.receive(() => {
      calls++
      connection.send(Buffer.from('bye'))
      void connection.close()
      expect(connection.send(Buffer.from('late'))).toBe('full')
      there.write('more')
      there.end()
    })
    there.write('hello')
    const [answer] = await once(there, 'data')
    expect(String(answer)).toBe('bye')
    expect(await connection.closed).toEqual({ by: 'us' })
    expect(calls).toBe(1)
  })

  it('[tcp: limits] says full while the peer does not read, and loses nothing when it reads again', async () => {
    const { connection, there } = await connect()
    const peer = new SocketConnection(there, nobody)
    peer.pause()
    const frame = Buffer.alloc(64 * 1024, 'f')
    let sent = 0
    const fill = () => {
      while (connection.send(frame) === 'sent') sent += frame.length
    }
    fill()
    // The kernel's own buffers take some more before it stops taking anything.
    for (let stood = 0, before = sent; stood < 100; stood = before === sent ? stood + 1 : 0, before = sent) {
      await turn()
      fill()
    }
    expect(sent).toBeLessThan(64 * MiB)
    let received = 0
    peer.receive(({ bytes }) => {
      received += bytes.length
    })
    const writable = firstValueFrom(connection.writable$)
    peer.resume()
    await writable
    expect(connection.send(frame)).toBe('sent')
    sent += frame.length
    await connection.close()
    expect(await peer.closed).toEqual({ by: 'peer' })
    expect(received).toBe(sent)
  })
})

describe('closing a socket connection', () => {
  it('lets everything that was sent arrive, also when the peer goes on sending', async () => {
    const { connection, there } = await connect()
    let received = 0
    const ended = once(there, 'end')
    there.on('data', bytes => {
      received += bytes.length
      there.write('and more, which nobody will read')
    })
    for (let n = 0; n < 10; n++) connection.send(new Uint8Array(100_000))
    const closed = connection.close()
    await ended
    there.end()
    await closed
    expect(received).toBe(1_000_000)
    expect(await connection.closed).toEqual({ by: 'us' })
  })

  it('may be done twice, and after the peer', async () => {
    const { connection, there } = await connect()
    there.end()
    await connection.closed
    await Promise.all([connection.close(), connection.close()])
    connection.abort()
    expect(await connection.closed).toEqual({ by: 'peer' })
  })

  it('waits as long as the peer does not read, and abort ends the wait', async () => {
    const { connection, there } = await connect()
    there.pause()
    const frame = new Uint8Array(MiB)
    for (let full = 0; full < 100; full++) {
      while (connection.send(frame) === 'sent') full = 0
      await turn()
    }
    let closed = false
    const closing = connection.close().then(() => {
      closed = true
    })
    for (let n = 0; n < 100; n++) await turn()
    expect(closed).toBe(false)
    connection.abort(new SignalboxError('PEER_SILENT', 'it does not read'))
    await closing
    expect(await connection.closed).toMatchObject({ by: 'fault', error: { code: 'PEER_SILENT' } })
  })

  it('gives a peer that keeps its own side open a bounded time', async () => {
    let expire = () => {}
    let clock: Pick<Clock, 'after'> | undefined
    const armed = new Promise<number>(resolve => {
      clock = {
        after: (ms, run) => {
          expire = run
          resolve(ms)
          return { cancel: () => {} }
        },
      }
    })
    const { connection, there } = await connect(clock && { clock })
    there.resume()
    const closing = connection.close()
    expect(await armed).toBe(2000)
    expire()
    await closing
    expect(await connection.closed).toEqual({ by: 'us' })
  })

  it('completes writable$, for early and late subscribers', async () => {
    const { connection, there } = await connect()
    const early = firstValueFrom(connection.writable$, { defaultValue: 'completed' })
    there.resume().once('end', () => there.end())
    await connection.close()
    expect(await early).toBe('completed')
    expect(await firstValueFrom(connection.writable$, { defaultValue: 'completed' })).toBe('completed')
  })
})

describe('the end of a socket connection’s peer', () => {
  it('[tcp: peer-death] is seen when it ends, and it still gets what was sent to it before', async () => {
    const { connection, there } = await connect()
    connection.receive(() => {})
    const answer = read(new SocketConnection(there, nobody), 'sent before'.length)
    there.end()
    connection.send(Buffer.from('sent before'))
    expect(await answer).toBe('sent before')
    expect(await connection.closed).toEqual({ by: 'peer' })
    expect(connection.send(Buffer.from('x'))).toBe('full')
  })

  it('[tcp: peer-death] is a fault when it resets', async () => {
    const { connection, there } = await connect()
    connection.receive(() => {})
    there.resetAndDestroy()
    const reason = await connection.closed
    expect(reason).toMatchObject({ by: 'fault', error: { code: 'CLOSED' } })
    expect(reason.by === 'fault' && reason.error.message).toMatch(/^the till: the peer vanished \(ECONN/)
  })

  it('[tcp: peer-death] is seen without a sink', async () => {
    const { connection, there } = await connect()
    there.end()
    expect(await connection.closed).toEqual({ by: 'peer' })
  })

  it('[tcp: peer-death] is seen by a sender that never reads', async () => {
    const { connection, there } = await connect()
    connection.pause()
    there.resetAndDestroy()
    let ended = false
    const closed = connection.closed.then(reason => {
      ended = true
      return reason
    })
    while (!ended) {
      connection.send(new Uint8Array(1000))
      await turn()
    }
    expect(await closed).toMatchObject({ by: 'fault', error: { code: 'CLOSED' } })
  })

  it('comes after everything that it sent, also while reading is paused', async () => {
    const { connection, there } = await connect()
    connection.pause()
    let received = ''
    connection.receive(({ bytes }) => {
      received += Buffer.from(bytes)
    })
    there.end('its last words')
    await once(there, 'finish')
    for (let n = 0; n < 20; n++) await turn()
    expect(received).toBe('')
    connection.resume()
    expect(await connection.closed).toEqual({ by: 'peer' })
    expect(received).toBe('its last words')
  })
})

const nobody = { remote: { pid: undefined, user: { by: 'none' } } } as const

async function connect(
  options: Partial<ConstructorParameters<typeof SocketConnection>[1]> = {},
): Promise<{ connection: SocketConnection; here: Socket; there: Socket }> {
  const { here, there } = await socketPair()
  opened.push(here, there)
  there.on('error', () => {}) // what the far end is told is not what these tests are about
  return { connection: new SocketConnection(here, { ...nobody, name: 'the till', ...options }), here, there }
}

/** Counts writes to `socket`, by its stream or directly. */
function writesTo(socket: Socket): () => number {
  const direct = vi.mocked(files.writeSync)
  direct.mockClear()
  const write = vi.spyOn(socket, 'write')
  return () => write.mock.calls.length + direct.mock.calls.length
}

/** The first `length` bytes that come. */
function readBytes(connection: { receive(sink: FrameSink): void }, length: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let missing = length
  return new Promise(resolve => {
    connection.receive(({ bytes }) => {
      pieces.push(Buffer.from(bytes))
      missing -= bytes.length
      if (missing <= 0) resolve(Buffer.concat(pieces))
    })
  })
}

function read(connection: { receive(sink: FrameSink): void }, length: number): Promise<string> {
  let text = ''
  return new Promise(resolve => {
    connection.receive(({ bytes }) => {
      text += Buffer.from(bytes)
      if (text.length >= length) resolve(text)
    })
  })
}

function written(socket: Socket, bytes: string | Buffer): Promise<void> {
  return new Promise(resolve => void socket.write(bytes, () => resolve()))
}

/** One turn of the event loop, input and output included. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
