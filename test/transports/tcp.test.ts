import { once } from 'node:events'
import { connect as connectSocket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { firstValueFrom } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Connection,
  type ErrorCode,
  type Listener,
  parseAddress,
} from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { tcp } from '../../src/transports/tcp/index.js'

const context = createTestContext(tmpdir())
const transport = tcp()
const anyPort = parseAddress('tcp://127.0.0.1:0')
const listeners: Listener[] = []
const connections: Connection[] = []

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.abort()
  for (const listener of listeners.splice(0)) await listener.close()
})

describe('tcp', () => {
  it('[tcp: shape] describes itself by address: this machine, or the network', () => {
    for (const here of ['tcp://127.0.0.1:1', 'tcp://127.8.9.10:1', 'tcp://[::1]:1']) {
      expect(transport.describe(parseAddress(here))).toMatchObject({ reach: 'machine', close: 'mechanism' })
    }
    for (const there of [
      'tcp://192.0.2.1:1',
      'tcp://[2001:db8::1]:1',
      'tcp://orders.example:1',
      'tcp://0.0.0.0:1',
    ]) {
      expect(transport.describe(parseAddress(there))).toMatchObject({ reach: 'network', close: 'heartbeat' })
    }
  })

  it.each(['tcp://127.0.0.1:0', 'tcp://[::1]:0'])(
    '[tcp: listen-connect] listens on a port that the system chose for %s, and connects to it',
    async href => {
      const listener = await listen(href)
      expect(listener.address.port).toBeGreaterThan(0)
      expect(listener.address.host).toBe(parseAddress(href).host)
      const [here, there] = await pair(listener)
      here.send(Buffer.from('over'))
      expect(await firstBytes(there)).toBe('over')
    },
  )

  it('[tcp: listen-connect] gives one port to one listener, and to the next when it is closed', async () => {
    const first = await listen()
    await refused('ADDRESS_IN_USE', transport.listen(first.address, context))
    const [here] = await pair(first)
    await first.close()
    await refused('NO_LISTENER', transport.connect(first.address, context))
    const second = await transport.listen(first.address, context)
    listeners.push(second)
    expect(second.address.href).toBe(first.address.href)
    expect(here.send(Buffer.from('connections live on'))).toBe('sent')
  })

  it('[tcp: listen-connect] does not take a port from a foreign program', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    await refused('ADDRESS_IN_USE', transport.listen(parseAddress(`tcp://127.0.0.1:${port}`), context))
    server.close()
  })

  it.each([
    ['tcp://127.0.0.1', 'it needs a host and a port'],
    ['tcp://127.0.0.1:7000/orders', 'a port has no name in it; remove /orders'],
    ['udp://127.0.0.1:7000', 'this is the tcp transport'],
  ])('refuses the address %s, and says why', async (href, why) => {
    const address = parseAddress(href)
    const errors = await Promise.all([
      refused('ADDRESS_INVALID', transport.listen(address, context)),
      refused('ADDRESS_INVALID', transport.connect(address, context)),
    ])
    for (const error of errors) expect(error.message).toContain(why)
  })

  it('refuses to connect to port 0', async () => {
    await refused('ADDRESS_INVALID', transport.connect(anyPort, context))
  })

  it.each([
    'tcp://0.0.0.0:0',
    'tcp://[::]:0',
    'tcp://192.0.2.1:7000',
    'tcp://localhost:7000',
    'tcp://2130706433:7000',
  ])('refuses %s unless remote peers are allowed', async href => {
    await refused('ACCESS_DENIED', transport.listen(parseAddress(href), context))
    await refused('ACCESS_DENIED', transport.connect(parseAddress(href), context))
  })

  it('listens on every interface when remote peers are allowed', async () => {
    const listener = await transport.listen(parseAddress('tcp://0.0.0.0:0'), context, { allowRemote: true })
    listeners.push(listener)
    expect(listener.address.host).toBe('0.0.0.0')
    const arrived = firstValueFrom(listener.connections$)
    connections.push(
      await transport.connect(parseAddress(`tcp://127.0.0.1:${listener.address.port}`), context),
    )
    connections.push(await arrived)
  })

  it('refuses an address that is not of this machine', async () => {
    const elsewhere = parseAddress('tcp://192.0.2.1:0') // RFC 5737: for documentation, nobody has it
    await refused('ADDRESS_INVALID', transport.listen(elsewhere, context, { allowRemote: true }))
  })

  it('gives up when its caller does, before and during the attempt', async () => {
    const before = { signal: AbortSignal.abort() }
    await refused('ABORTED', transport.listen(anyPort, context, before))
    const listener = await listen()
    await refused('ABORTED', transport.connect(listener.address, context, before))
    const during = new AbortController()
    const attempts = [
      transport.connect(listener.address, context, { signal: during.signal }),
      transport.listen(anyPort, context, { signal: during.signal }),
    ]
    during.abort()
    await Promise.all(attempts.map(attempt => refused('ABORTED', attempt)))
  })

  it('keeps a connection whose signal fires after it was made', async () => {
    const controller = new AbortController()
    const listener = await listen()
    const arrived = firstValueFrom(listener.connections$)
    const here = await transport.connect(listener.address, context, { signal: controller.signal })
    const there = await arrived
    connections.push(here, there)
    controller.abort()
    here.send(Buffer.from('still there'))
    expect(await firstBytes(there)).toBe('still there')
  })

  it('closes what arrives while nobody is subscribed', async () => {
    const listener = await listen()
    const here = await transport.connect(listener.address, context)
    here.receive(() => {})
    expect((await here.closed).by).not.toBe('us')
  })

  it('completes its connections when it closes, and closing twice is harmless', async () => {
    const listener = await listen()
    const completed = firstValueFrom(listener.connections$, { defaultValue: 'completed' })
    await listener.close()
    await listener.close()
    expect(await completed).toBe('completed')
  })

  it('[tcp: shape] speaks with a foreign program byte for byte', async () => {
    const listener = await listen()
    const arrived = firstValueFrom(listener.connections$)
    const foreign = connectSocket({ host: '127.0.0.1', port: listener.address.port ?? 0 })
    const here = await arrived
    connections.push(here)
    foreign.write('ping')
    expect(await firstBytes(here)).toBe('ping')
    here.send(Buffer.from('pong'))
    const [answer] = await once(foreign, 'data')
    expect(String(answer)).toBe('pong')
    foreign.end()
    expect(await here.closed).toEqual({ by: 'peer' })
  })

  it('[tcp: threads] delivers in the event loop, never from inside send', async () => {
    const [here, there] = await pair(await listen())
    let inSend = false
    const delivered = new Promise<boolean>(resolve => there.receive(() => resolve(inSend)))
    inSend = true
    here.send(Buffer.from('x'))
    inSend = false
    expect(await delivered).toBe(false)
  })
})

async function listen(href = anyPort.href): Promise<Listener> {
  const listener = await transport.listen(parseAddress(href), context)
  listeners.push(listener)
  return listener
}

async function pair(listener: Listener): Promise<[here: Connection, there: Connection]> {
  const arrived = firstValueFrom(listener.connections$)
  const here = await transport.connect(listener.address, context)
  const there = await arrived
  connections.push(here, there)
  return [here, there]
}

/** The text of what arrives first; for texts that are too short to be cut. */
function firstBytes(connection: Connection): Promise<string> {
  return new Promise(resolve => connection.receive(({ bytes }) => resolve(Buffer.from(bytes).toString())))
}

async function refused(code: ErrorCode, attempt: Promise<Connection | Listener>): Promise<Error> {
  const outcome = await attempt.then(
    taken => {
      void taken.close()
      return new Error('nothing was refused')
    },
    (error: Error) => error,
  )
  expect(outcome).toMatchObject({ name: 'SignalboxError', code })
  return outcome
}
