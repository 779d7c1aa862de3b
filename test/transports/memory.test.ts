import { tmpdir } from 'node:os'
import { firstValueFrom } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Connection,
  type ErrorCode,
  type Listener,
  parseAddress,
  SignalboxError,
} from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { memory } from '../../src/transports/memory/index.js'

const context = createTestContext(tmpdir())
const transport = memory()
const orders = parseAddress('memory://./orders')
const listeners: Listener[] = []
const KiB = 1024

afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close()
})

describe('memory', () => {
  it('[memory: listen-connect] finds a listener by name, whichever transport it came from', async () => {
    const [here, there] = await pair(await listen(), memory())
    here.send(Buffer.from('over'))
    expect(await texts(there, 1)).toEqual(['over'])
  })

  it('[memory: listen-connect] gives a name to one listener at a time', async () => {
    const first = await listen()
    await refused('ADDRESS_IN_USE', transport.listen(orders, context))
    await refused('NO_LISTENER', transport.connect(parseAddress('memory://./others'), context))
    await first.close()
    await refused('NO_LISTENER', transport.connect(orders, context))
    const second = await listen()
    await first.close()
    await pair(second)
  })

  it('does not let two pairs of namespace and node share an address', () => {
    const addresses = [
      transport.nodeAddress('a', 'b/c'),
      transport.nodeAddress('a/b', 'c'),
      transport.nodeAddress('a%2Fb', 'c'),
    ]
    expect(new Set(addresses.map(address => address.path)).size).toBe(3)
  })

  it.each(['memory://elsewhere/orders', 'memory://./', 'memory://.:1/orders', 'tcp://./orders'])(
    'refuses the address %s',
    async href => {
      await refused('ADDRESS_INVALID', transport.listen(parseAddress(href), context))
      await refused('ADDRESS_INVALID', transport.connect(parseAddress(href), context))
    },
  )

  it('gives up when its caller does, before and during the attempt', async () => {
    await listen()
    await refused('ABORTED', transport.connect(orders, context, { signal: AbortSignal.abort() }))
    await refused('ABORTED', transport.listen(orders, context, { signal: AbortSignal.abort() }))
    const during = new AbortController()
    const attempt = transport.connect(orders, context, { signal: during.signal })
    during.abort()
    await refused('ABORTED', attempt)
  })

  it('[memory: peer-death] closes what arrives while nobody is subscribed', async () => {
    await listen()
    const here = await transport.connect(orders, context)
    expect(await here.closed).toEqual({ by: 'peer' })
  })

  it('[memory: shape] keeps frames whole and in order, the empty one too, both ways', async () => {
    const [here, there] = await pair(await listen())
    const frames = ['one', '', 'three', 'x'.repeat(100_000), 'five']
    for (const frame of frames) {
      expect(here.send(Buffer.from(frame))).toBe('sent')
      expect(there.send(Buffer.from(frame))).toBe('sent')
    }
    expect(await texts(there, 5)).toEqual(frames)
    expect(await texts(here, 5)).toEqual(frames)
  })

  it('gives the bytes back to their owner when send returns', async () => {
    const [here, there] = await pair(await listen())
    const bytes = Buffer.from('mine')
    here.send(bytes)
    bytes.fill('!')
    expect(await texts(there, 1)).toEqual(['mine'])
  })

  it('[memory: threads] delivers in a turn of its own: not from inside send, and not from inside a sink', async () => {
    const [here, there] = await pair(await listen())
    let busy = true
    const calls: boolean[] = []
    const done = new Promise<void>(resolve => {
      here.receive(() => {
        calls.push(busy)
        resolve()
      })
    })
    there.receive(() => {
      calls.push(busy)
      busy = true
      there.send(Buffer.from('answer'))
      busy = false
    })
    here.send(Buffer.from('question'))
    busy = false
    await done
    expect(calls).toEqual([false, false])
  })

  it('lets timers and sockets have their turn while two ends answer each other for ever', async () => {
    const [here, there] = await pair(await listen())
    here.receive(({ bytes }) => void here.send(bytes))
    there.receive(({ bytes }) => void there.send(bytes))
    here.send(Buffer.from('ball'))
    await new Promise(resolve => setTimeout(resolve, 1))
    await here.close()
  })

  it('[memory: limits] says full when its reader stops, after a bounded number of bytes', async () => {
    const [here, there] = await pair(await listen())
    const frame = new Uint8Array(KiB)
    expect(fill(here, frame)).toBe(256)
    there.receive(() => {})
    await firstValueFrom(here.writable$)
    expect(here.send(frame)).toBe('sent')
  })

  it('[memory: limits] says full after a bounded number of empty frames', async () => {
    const [here] = await pair(await listen())
    expect(fill(here, new Uint8Array(0))).toBe(1024)
  })

  it('[memory: limits] takes a frame of any size when nothing is on the way', async () => {
    const [here, there] = await pair(await listen())
    const huge = Buffer.alloc(3 * KiB * KiB, 'huge')
    expect(fill(here, huge)).toBe(1)
    expect(here.send(Uint8Array.of(1))).toBe('full')
    const [text] = await texts(there, 1)
    expect(text === String(huge)).toBe(true)
  })

  it('leaves a frame where it lies while its reader has much more sent to itself, and what it keeps for good', async () => {
    const [here, there] = await pair(await listen())
    const kept: Uint8Array[] = []
    const done = new Promise<void>(resolve => {
      there.receive(frame => {
        while (here.send(new Uint8Array(40 * KiB).fill(0x21)) === 'sent');
        expect(new Set(frame.bytes)).toEqual(new Set([kept.length === 0 ? 0x5b : 0x21]))
        frame.retain()
        if (kept.push(frame.bytes) === 12) resolve()
      })
    })
    here.send(new Uint8Array(30 * KiB).fill(0x5b))
    await done
    there.pause()
    expect(kept.map(bytes => [bytes.length / KiB, ...new Set(bytes)])).toEqual([
      [30, 0x5b],
      ...kept.slice(1).map(() => [40, 0x21]),
    ])
  })

  it('stops when its sink pauses, in the middle of a batch, and goes on where it stopped', async () => {
    const [here, there] = await pair(await listen())
    for (const text of ['a', 'b', 'c']) here.send(Buffer.from(text))
    const received: string[] = []
    const paused = new Promise<void>(resolve => {
      there.receive(({ bytes }) => {
        received.push(Buffer.from(bytes).toString())
        there.pause()
        resolve()
      })
    })
    await paused
    for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      await turn()
      expect(received).toEqual(expected)
      there.resume()
      await turn()
    }
  })

  it('[memory: both-ways] delivers what was sent before close, then the end', async () => {
    const [here, there] = await pair(await listen())
    here.send(Buffer.from('last words'))
    await here.close()
    expect(await here.closed).toEqual({ by: 'us' })
    expect(here.send(Buffer.from('late'))).toBe('full')
    await turn()
    expect(await texts(there, 1)).toEqual(['last words'])
    expect(await there.closed).toEqual({ by: 'peer' })
    expect(there.send(Buffer.from('anybody?'))).toBe('full')
    await Promise.all([here.close(), there.close()])
  })

  it('drops what was sent when it is aborted', async () => {
    const [here, there] = await pair(await listen())
    const received: Uint8Array[] = []
    there.receive(({ bytes }) => void received.push(bytes))
    here.send(Buffer.from('never mind'))
    here.abort(new SignalboxError('PROTOCOL_VIOLATION', 'it broke the rules'))
    expect(await here.closed).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
    expect(await there.closed).toEqual({ by: 'peer' })
    expect(received).toEqual([])
  })

  it('lets the sink close: nothing more is delivered', async () => {
    const [here, there] = await pair(await listen())
    const received: string[] = []
    there.receive(({ bytes }) => {
      received.push(Buffer.from(bytes).toString())
      void there.close()
    })
    for (const text of ['a', 'b']) here.send(Buffer.from(text))
    expect(await here.closed).toEqual({ by: 'peer' })
    expect(received).toEqual(['a'])
  })

  it('knows its peer: this very process', async () => {
    const [here] = await pair(await listen())
    expect(here.remote).toMatchObject({ pid: process.pid, user: { by: 'kernel' } })
  })
})

async function listen(): Promise<Listener> {
  const listener = await transport.listen(orders, context)
  listeners.push(listener)
  return listener
}

async function pair(listener: Listener, by = transport): Promise<[here: Connection, there: Connection]> {
  const arrived = firstValueFrom(listener.connections$)
  return [await by.connect(listener.address, context), await arrived]
}

function texts(connection: Connection, count: number): Promise<string[]> {
  const received: string[] = []
  return new Promise(resolve => {
    connection.receive(({ bytes }) => {
      received.push(Buffer.from(bytes).toString())
      if (received.length === count) resolve(received)
    })
  })
}

/** How many times `frame` was taken. */
function fill(connection: Connection, frame: Uint8Array): number {
  let taken = 0
  while (connection.send(frame) === 'sent') taken++
  return taken
}

async function refused(code: ErrorCode, attempt: Promise<Connection | Listener>): Promise<void> {
  await expect(attempt).rejects.toMatchObject({ name: 'SignalboxError', code })
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
