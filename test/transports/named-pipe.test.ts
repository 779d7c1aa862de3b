import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { firstValueFrom } from 'rxjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type Address,
  type Connection,
  formatAddress,
  type Listener,
  parseAddress,
  type TransportContext,
  type TransportOptions,
} from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { startCPeer } from '../support/c-peer.js'
import { NamedPipePeer } from '../support/named-pipe-peer.js'
import { makeRuntimeFolder } from '../support/runtime-folder.js'
import { rounds } from '../support/scale.js'

const onWindows = process.platform === 'win32'
const transport = namedPipe()
let folder: Awaited<ReturnType<typeof makeRuntimeFolder>>
let context: TransportContext

beforeAll(async () => {
  folder = await makeRuntimeFolder()
  context = createTestContext(folder.path)
})
afterAll(() => folder[Symbol.asyncDispose]())

/** What a test opened; closed after it. */
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(one => one.close()))
})

let last = 0
const freshName = () => `${process.pid}-${++last}`
const nodeAddress = (name: string) => transport.nodeAddress('test', name)
const rawAddress = (name: string) => formatAddress({ scheme: 'named-pipe', host: '.', path: name })
/** Where a foreign program finds the raw name. */
const systemPath = (name: string) => (onWindows ? `\\\\.\\pipe\\${name}` : join(folder.path, `${name}.sock`))

async function listen(address: Address, options?: TransportOptions): Promise<Listener> {
  const listener = await transport.listen(address, context, options)
  open.push(listener)
  return listener
}

async function dial(address: Address, options?: TransportOptions): Promise<Connection> {
  const connection = await transport.connect(address, context, options)
  open.push(connection)
  return connection
}

async function pair(address: Address, options?: TransportOptions): Promise<[Connection, Connection]> {
  const listener = await listen(address, options)
  const arrival = firstValueFrom(listener.connections$)
  const here = await dial(address, options)
  const there = await arrival
  open.push(there)
  return [here, there]
}

/** Resolves with the first `count` bytes that arrive. */
function received(connection: Connection, count: number): Promise<Buffer> {
  return new Promise(resolve => {
    let all = Buffer.alloc(0)
    connection.receive(({ bytes }) => {
      all = Buffer.concat([all, bytes])
      if (all.length >= count) resolve(all)
    })
  })
}

const code = (expected: string) => expect.objectContaining({ code: expected })
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

describe('addresses of named pipes', () => {
  it.each([
    ['tcp://./orders', 'ADDRESS_INVALID', 'not an address of named-pipe'],
    ['named-pipe:///orders', 'ADDRESS_INVALID', 'host is missing'],
    ['named-pipe://./', 'ADDRESS_INVALID', 'no pipe name'],
    ['named-pipe://./..%2forders', 'ADDRESS_INVALID', 'no slashes'],
    ['named-pipe://./a%5Cb', 'ADDRESS_INVALID', 'no slashes'],
    ['named-pipe://./a/b', 'ADDRESS_INVALID', 'no slashes'],
    ['named-pipe://./a%0Ab', 'ADDRESS_INVALID', 'no pipe name'],
    ['named-pipe://./orders?colour=red', 'ADDRESS_INVALID', 'no parameter colour, only direction'],
    ['named-pipe://./orders?mode=message', 'ADDRESS_INVALID', 'for messages, use NamedPipe'],
    ['named-pipe://./orders?direction=up', 'ADDRESS_INVALID', 'direction is duplex, or inbound'],
    ['named-pipe://./orders?direction=outbound', 'ADDRESS_INVALID', 'NamedPipeServer makes such pipes'],
    [`named-pipe://./${'x'.repeat(300)}`, 'ADDRESS_INVALID', 'shorten the name'],
    ['named-pipe://elsewhere/orders', 'ACCESS_DENIED', "the host '.'"],
  ])('[named-pipe: shape] %s is refused with %s, because of: %s', async (text, expected, why) => {
    const address = parseAddress(text)
    for (const attempt of [transport.listen(address, context), transport.connect(address, context)]) {
      const error = await attempt.catch((thrown: unknown) => thrown)
      expect(error).toEqual(code(expected))
      expect(error).toHaveProperty('message', expect.stringContaining(why))
    }
  })

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', 'a\nb'])(
    '[named-pipe: shape] a raw name cannot leave the folder by %j',
    async path => {
      // Not parsed: a URL has lost its dots before any transport sees it.
      const address = { ...rawAddress('orders'), path }
      const attempt = transport.listen(address, context, { rawNames: true })
      await expect(attempt).rejects.toEqual(code('ADDRESS_INVALID'))
    },
  )

  it('[named-pipe: shape] two nodes never share an address, also where case does not count', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'A', '.', '~', '-', '4', '1', 'é', '/', '\\') })
    fc.assert(
      fc.property(part, part, part, part, (namespace, node, otherNamespace, otherNode) => {
        fc.pre(namespace !== otherNamespace || node !== otherNode)
        const one = transport.nodeAddress(namespace, node).path.toLowerCase()
        const other = transport.nodeAddress(otherNamespace, otherNode).path.toLowerCase()
        expect(one).not.toBe(other)
      }),
    )
  })

  it('[named-pipe: listen-connect] a node can listen on whatever its name is', async () => {
    const address = transport.nodeAddress('Straße 7/b', `..\\${freshName()}`)
    const [here, there] = await pair(address)
    here.send(everyByte)
    expect(await received(there, everyByte.length)).toEqual(everyByte)
  })
})

describe('a named pipe between two processes', () => {
  it('[named-pipe: both-ways] the kernel says who the other is, and bytes go both ways', async () => {
    await using peer = new NamedPipePeer(folder.path)
    const name = freshName()
    await peer.listen(name)
    const here = await dial(nodeAddress(name))
    const seen = await peer.next()
    expect(here.remote).toEqual({
      pid: peer.pid,
      user: { by: 'kernel', id: expect.stringMatching(/^(\d+|S-1-.+)$/) },
    })
    expect(seen).toEqual({ event: 'connected', remote: { pid: process.pid, user: here.remote.user } })
    here.send(everyByte)
    expect(await received(here, everyByte.length)).toEqual(everyByte)
  })

  it.each(['listener', 'client'])('[named-pipe: peer-death] a killed %s is noticed', async killed => {
    await using peer = new NamedPipePeer(folder.path)
    const name = freshName()
    let here: Connection
    if (killed === 'listener') {
      await peer.listen(name)
      here = await dial(nodeAddress(name))
    } else {
      const listener = await listen(nodeAddress(name))
      const arrival = firstValueFrom(listener.connections$)
      peer.tell({ connect: name })
      here = await arrival
    }
    here.receive(() => {})
    await peer.kill()
    expect((await here.closed).by).not.toBe('us')
  })

  it('[named-pipe: listen-connect] of many that race for a dead owner’s name one wins, and it keeps it', async () => {
    const name = freshName()
    const start = () => new NamedPipePeer(folder.path)
    const rivals = new Set(Array.from({ length: onWindows ? 3 : 8 }, start))
    try {
      const [first] = rivals
      let owner = first
      expect(await owner?.listen(name)).toEqual({ event: 'listening' })
      for (const round of rounds(2, 200)) {
        await owner?.kill()
        if (owner !== undefined) rivals.delete(owner)
        rivals.add(start())
        owner = undefined
        for (const _ of ['recovering', 'stealing']) {
          const outcomes = await Promise.all(
            [...rivals]
              .filter(rival => rival !== owner)
              .map(async rival => ({ rival, report: await rival.listen(name) })),
          )
          const winners = outcomes.filter(({ report }) => report?.event === 'listening')
          const losers = outcomes.filter(({ report }) => report?.event !== 'listening')
          expect(winners, `winners in round ${round}`).toHaveLength(owner === undefined ? 1 : 0)
          for (const { report } of losers) expect(report).toEqual({ event: 'failed', code: 'ADDRESS_IN_USE' })
          owner ??= winners[0]?.rival
        }
        const connection = await transport.connect(nodeAddress(name), context)
        expect(connection.remote.pid).toBe(owner?.pid)
        connection.send(everyByte)
        expect(await received(connection, everyByte.length)).toEqual(everyByte)
        await connection.close()
        while ((await owner?.next())?.event !== 'closed');
      }
    } finally {
      await Promise.all([...rivals].map(rival => rival.kill()))
    }
  })

  it('[named-pipe: listen-connect] the name is free when its listener is closed, while connections live on', async () => {
    await using peer = new NamedPipePeer(folder.path)
    const name = freshName()
    const listener = await transport.listen(nodeAddress(name), context)
    const arrival = firstValueFrom(listener.connections$)
    const here = await dial(nodeAddress(name))
    open.push(await arrival)
    await listener.close()
    await expect(dial(nodeAddress(name))).rejects.toEqual(code('NO_LISTENER'))
    expect(await peer.listen(name)).toEqual({ event: 'listening' })
    expect((await dial(nodeAddress(name))).remote.pid).toBe(peer.pid)
    expect(here.remote.pid).toBe(process.pid)
  })

  it('[named-pipe: threads] a process ends by itself when all is closed, and by process.exit when nothing is', async () => {
    for (const end of ['close', 'exit'] as const) {
      await using peer = new NamedPipePeer(folder.path)
      const name = freshName()
      await peer.listen(name)
      const [client, server] = [await dial(nodeAddress(name)), await listen(nodeAddress(`${name}-back`))]
      server.connections$.subscribe(connection => void open.push(connection))
      peer.tell({ connect: `${name}-back` })
      // Half-open: the peer's bytes have no reader, so that its close could not end in peace.
      if (end === 'close') client.receive(() => {})
      else client.send(everyByte)
      await peer.next()
      await peer.next()
      peer.tell(end)
      await Promise.all(open.splice(0).map(one => one.close()))
      expect(await peer.exited()).toBe(0)
    }
  })
})

describe('a named pipe in one process', () => {
  it('[named-pipe: listen-connect] a signal that fired before, or while the name is tried, ends the attempt', async () => {
    const name = nodeAddress(freshName())
    await expect(dial(name, { signal: AbortSignal.abort() })).rejects.toEqual(code('ABORTED'))
    await expect(listen(name, { signal: AbortSignal.abort() })).rejects.toEqual(code('ABORTED'))
    const listener = await listen(name)
    const ended: Promise<unknown>[] = []
    listener.connections$.subscribe(connection => {
      connection.receive(() => {})
      ended.push(connection.closed)
    })
    const controller = new AbortController()
    const attempt = dial(name, { signal: controller.signal })
    controller.abort()
    await expect(attempt).rejects.toEqual(code('ABORTED'))
    const connection = await dial(name, { signal: new AbortController().signal })
    connection.send(everyByte)
    await connection.close()
    await Promise.all(ended)
  })

  it('[named-pipe: limits] frames of many megabytes arrive to the byte', async () => {
    const [here, there] = await pair(nodeAddress(freshName()))
    const frame = Buffer.alloc(8 * 1024 * 1024, everyByte)
    const arrived = received(there, frame.length)
    expect(here.send(frame)).toBe('sent')
    expect((await arrived).equals(frame)).toBe(true)
    expect(here.limits.maxFrame).toBe(Number.POSITIVE_INFINITY)
  })

  it('[named-pipe: threads] waiting listeners leave the thread pool to others', async () => {
    // More than the pool has threads: were one taken by each, the file could not be read.
    for (let count = 0; count < 8; count += 1) await listen(nodeAddress(freshName()))
    await expect(readFile(import.meta.filename)).resolves.not.toHaveLength(0)
  })

  it('[named-pipe: listen-connect] many clients in a rush are all served', async () => {
    const address = nodeAddress(freshName())
    const listener = await listen(address)
    listener.connections$.subscribe(connection => {
      open.push(connection)
      connection.receive(({ bytes }) => void connection.send(bytes))
    })
    const clients = await Promise.all(Array.from({ length: 100 }, () => dial(address)))
    const echoes = clients.map((client, index) => {
      client.send(Buffer.from([index]))
      return received(client, 1)
    })
    expect((await Promise.all(echoes)).map(([byte]) => byte)).toEqual(clients.map((_, index) => index))
  })
})

describe('foreign programs and raw names', () => {
  const raw = { rawNames: true }
  const reversed = Buffer.from(everyByte).reverse()

  /** What test/foreign/named-pipe.c expects of its other side. */
  async function reply(connection: Connection): Promise<void> {
    connection.send(Buffer.from(await received(connection, 256)).reverse())
  }

  it('[named-pipe: both-ways] a plain socket connects to a raw name', async () => {
    const name = freshName()
    const listener = await listen(rawAddress(name), raw)
    const arrival = firstValueFrom(listener.connections$)
    const socket = connect(systemPath(name))
    await once(socket, 'connect')
    socket.write(everyByte)
    await reply(await arrival)
    const [answer] = await once(socket, 'data')
    expect(answer).toEqual(reversed)
    socket.destroy()
  })

  it('[named-pipe: both-ways] a raw name reaches a plain server', async () => {
    const name = freshName()
    const server = createServer((socket: Socket) => void socket.pipe(socket)).listen(systemPath(name))
    await once(server, 'listening')
    const connection = await dial(rawAddress(name), raw)
    connection.send(everyByte)
    expect(await received(connection, 256)).toEqual(everyByte)
    expect(connection.remote.pid).toBe(process.pid)
    await connection.close()
    await new Promise(resolve => server.close(resolve))
  })

  it('[named-pipe: listen-connect] the name of a foreign server is not taken from it', async () => {
    const name = freshName()
    const server = createServer((socket: Socket) => void socket.pipe(socket)).listen(systemPath(name))
    await once(server, 'listening')
    await expect(listen(rawAddress(name), raw)).rejects.toEqual(code('ADDRESS_IN_USE'))
    const connection = await dial(rawAddress(name), raw)
    connection.send(everyByte)
    expect(await received(connection, 256)).toEqual(everyByte)
    await connection.close()
    await new Promise(resolve => server.close(resolve))
    await listen(rawAddress(name), raw)
  })

  it('[named-pipe: both-ways] a C program connects to a raw name', async test => {
    const name = freshName()
    const listener = await listen(rawAddress(name), raw)
    const arrival = firstValueFrom(listener.connections$)
    const program = startCPeer(test, 'named-pipe', ['connect', systemPath(name)])
    const exit = once(program, 'exit')
    const connection = await arrival
    expect(connection.remote.pid).toBe(program.pid)
    await reply(connection)
    expect(await exit).toEqual([0, null])
    expect((await connection.closed).by).toBe('peer')
  })

  it('[named-pipe: both-ways] a raw name reaches the pipe of a C program', async test => {
    const name = freshName()
    const program = startCPeer(test, 'named-pipe', ['serve', systemPath(name)])
    const exit = once(program, 'exit')
    if (program.stdout !== null) await once(program.stdout, 'data')
    const connection = await dial(rawAddress(name), raw)
    connection.send(everyByte)
    expect(await received(connection, 256)).toEqual(reversed)
    expect(connection.remote.pid).toBe(program.pid)
    expect(await exit).toEqual([0, null])
    expect((await connection.closed).by).toBe('peer')
  })
})
