import { once } from 'node:events'
import { userInfo } from 'node:os'
import { text } from 'node:stream/consumers'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { parseAddress } from '../../src/core/contracts/index.js'
import { ownHandleCount } from '../../src/native/win32/handle-count.js'
import { kernel32, NO_HANDLE } from '../../src/native/win32/kernel32.js'
import { rightsOf } from '../../src/native/win32/object-rights.js'
import { currentUserSid } from '../../src/native/win32/user-sid.js'
import { createTestContext } from '../../src/testing/test-context.js'
import {
  NamedPipe,
  type NamedPipeOptions,
  NamedPipeServer,
  type NamedPipeServerOptions,
  namedPipe,
} from '../../src/transports/named-pipe/index.js'
import { startCPeer } from '../support/c-peer.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

let last = 0
const freshName = () => `foreign-${process.pid}-${++last}`
const pathOf = (name: string) => `\\\\.\\pipe\\${name}`

const transport = namedPipe()
/** Pipes of Windows need no runtime folder. */
const systemOnly = createTestContext('')
const oneWay = (name: string) => parseAddress(`named-pipe://./${name}?direction=inbound`)

function serve(name: string, options?: NamedPipeServerOptions): NamedPipeServer {
  const server = NamedPipeServer.create(name, options)
  onTestFinished(() => server.close())
  return server
}

async function open(name: string, options?: NamedPipeOptions): Promise<NamedPipe> {
  return closedLater(await NamedPipe.open(name, options))
}

async function accept(server: NamedPipeServer): Promise<NamedPipe> {
  return closedLater(await server.accept())
}

function closedLater(pipe: NamedPipe): NamedPipe {
  onTestFinished(() => pipe.close())
  return pipe
}

async function pair(options?: NamedPipeServerOptions): Promise<[client: NamedPipe, server: NamedPipe]> {
  const name = freshName()
  const server = serve(name, options)
  const direction = options?.direction ?? 'duplex'
  const client = await open(name, { direction })
  return [client, await accept(server)]
}

/** A program in C that speaks in messages; `said` is all that it prints. */
function startC(context: TestContext, ...args: string[]) {
  const program = startCPeer(context, 'message-pipe', args)
  onTestFinished(() => void program.kill())
  const said = program.stdout === null ? Promise.resolve('') : text(program.stdout)
  return { program, said, exit: once(program, 'exit').then(([exitCode]) => exitCode) }
}

const reversed = (bytes: Uint8Array) => Buffer.from(bytes).reverse()
const texts = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString()

describe('named pipes and programs that know nothing of Signalbox', () => {
  it('[named-pipe: both-ways] a C client asks in messages of any size, and gets each answer whole', async context => {
    const server = serve(freshName())
    const { program, exit } = startC(context, 'transact', server.path)
    const client = await accept(server)
    expect(client.remote).toEqual({ pid: program.pid, user: { by: 'kernel', id: currentUserSid() } })
    const sizes: number[] = []
    for await (const question of client) {
      sizes.push(question.length)
      await client.write(reversed(question))
    }
    expect(sizes).toEqual([1, 0, 511, 512, 513, 70_000, 300_000, 3])
    expect(await exit).toBe(0)
  })

  it('[named-pipe: both-ways] a C server answers messages of any size, asked in one call or in two', async context => {
    const name = freshName()
    const program = startCPeer(context, 'message-pipe', ['serve', pathOf(name)])
    const exit = once(program, 'exit')
    await once(program.stdout ?? program, 'data')
    const pipe = await open(name)
    expect(pipe.mode).toBe('message')
    expect(pipe.remote.pid).toBe(program.pid)
    for (const size of [1, 0, 4096, 65_536, 65_537, 200_000]) {
      const question = Buffer.from(Array.from({ length: size }, (_, at) => (at * 11 + size) % 256))
      expect(reversed(question).equals(await pipe.transact(question))).toBe(true)
      await pipe.write(question)
      expect(reversed(question).equals((await pipe.read()) ?? Buffer.from('gone'))).toBe(true)
    }
    await pipe.close()
    expect(await exit).toEqual([0, null])
  })

  it('[named-pipe: both-ways] CallNamedPipe is answered, and a C server is called', async context => {
    const server = serve(freshName())
    const { said, exit } = startC(context, 'call', server.path, 'one coffee')
    const client = await accept(server)
    expect(texts(await client.read())).toBe('one coffee')
    await client.write(Buffer.from('yes'))
    expect([(await said).trim(), await exit]).toEqual(['yes', 0])
    expect(await client.read()).toBeUndefined()

    const name = freshName()
    const program = startCPeer(context, 'message-pipe', ['serve', pathOf(name)])
    await once(program.stdout ?? program, 'data')
    expect(texts(await NamedPipe.call(name, Buffer.from('abc')))).toBe('cba')
  })

  it('[named-pipe: listen-connect] pipes that go one way carry what C programs say and hear', async context => {
    const inbox = serve(freshName(), { direction: 'inbound' })
    const saying = startC(context, 'say', inbox.path, 'order')
    const speaker = await accept(inbox)
    expect(texts(await speaker.read())).toBe('order')
    expect(await speaker.read()).toBeUndefined()
    await expect(speaker.write(Buffer.from('no'))).rejects.toEqual(code('ACCESS_DENIED'))
    expect(await saying.exit).toBe(0)

    const outbox = serve(freshName(), { direction: 'outbound' })
    const hearing = startC(context, 'hear', outbox.path)
    const listener = await accept(outbox)
    await listener.write(Buffer.from('news'))
    expect([(await hearing.said).trim(), await hearing.exit]).toEqual(['news', 0])
    await expect(listener.read()).rejects.toEqual(code('ACCESS_DENIED'))
  })
})

describe('the transport over a pipe that goes one way', () => {
  it('[named-pipe: listen-connect] hears a C program that may only write, and nobody who wants to read', async context => {
    const name = freshName()
    const listener = await transport.listen(oneWay(name), systemOnly, { rawNames: true })
    onTestFinished(() => listener.close())
    await expect(NamedPipe.open(name)).rejects.toEqual(code('ACCESS_DENIED'))
    const arrival = firstValueFrom(listener.connections$)
    const { exit } = startC(context, 'say', pathOf(name), 'one coffee')
    const connection = await arrival
    let heard = ''
    connection.receive(({ bytes }) => {
      heard += texts(bytes)
    })
    expect(await connection.closed).toEqual({ by: 'peer' })
    expect([heard, await exit]).toEqual(['one coffee', 0])
  })

  it('[named-pipe: listen-connect] writes to a server that only reads, whose end it hears with the next frame', async () => {
    const name = freshName()
    const server = serve(name, { direction: 'inbound' })
    const both = parseAddress(`named-pipe://./${name}`)
    await expect(transport.connect(both, systemOnly, { rawNames: true })).rejects.toEqual(
      code('ACCESS_DENIED'),
    )
    const connection = await transport.connect(oneWay(name), systemOnly, { rawNames: true })
    const reader = await accept(server)
    connection.send(Buffer.from('one coffee'))
    expect(texts(await reader.read())).toBe('one coffee')
    await reader.close()
    connection.send(Buffer.from('two cakes'))
    expect(await connection.closed).toMatchObject({ by: 'fault', error: { code: 'CLOSED' } })
  })
})

describe('a named pipe of two ends', () => {
  it('[named-pipe: shape] keeps each message whole in message mode, and bytes alone in byte mode', async () => {
    const [client, server] = await pair()
    for (const message of ['one', '', 'three']) await client.write(Buffer.from(message))
    expect([texts(await server.read()), texts(await server.read()), texts(await server.read())]).toEqual([
      'one',
      '',
      'three',
    ])
    const [writer, reader] = await pair({ mode: 'byte' })
    expect(writer.mode).toBe('byte')
    for (const bytes of ['one', 'two']) await writer.write(Buffer.from(bytes))
    let stream = ''
    while (stream.length < 6) stream += texts(await reader.read())
    expect(stream).toBe('onetwo')
  })

  it('[named-pipe: shape] what goes one way is refused the other way, and by its clients', async () => {
    const name = freshName()
    serve(name, { direction: 'inbound' })
    await expect(NamedPipe.open(name)).rejects.toEqual(code('ACCESS_DENIED'))
    const [client, server] = await pair({ direction: 'outbound' })
    await server.write(Buffer.from('down'))
    expect(texts(await client.read())).toBe('down')
    await expect(client.write(Buffer.from('up'))).rejects.toEqual(code('ACCESS_DENIED'))
  })

  it('[named-pipe: limits] a message over the maximum is dropped whole, and the next one is read', async () => {
    const [client, server] = await pair({ maxMessage: 100 })
    const writing = [Buffer.alloc(200_000), Buffer.alloc(101), Buffer.alloc(100)].map(bytes =>
      client.write(bytes),
    )
    await expect(server.read()).rejects.toEqual(code('FRAME_TOO_LARGE'))
    await expect(server.read()).rejects.toThrow('raise maxMessage')
    expect((await server.read())?.length).toBe(100)
    await Promise.all(writing)
  })

  it('[named-pipe: limits] a writer waits while nobody reads, and its caller has its bytes back at once', async () => {
    const [client, server] = await pair()
    const bytes = Buffer.alloc(1000)
    const writing = Array.from({ length: 300 }, (_, number) => {
      bytes.fill(number % 256)
      return client.write(bytes)
    })
    for (let number = 0; number < 300; number += 1) expect((await server.read())?.at(-1)).toBe(number % 256)
    await Promise.all(writing)
  })

  it('[named-pipe: limits] the instances are a limit: one client more waits for a place, or gives up', async () => {
    const name = freshName()
    const server = serve(name, { instances: 2 })
    const first = await open(name)
    const served = [await accept(server)]
    const second = await open(name)
    served.push(await accept(server))
    await expect(NamedPipe.open(name, { timeout: 20 })).rejects.toEqual(code('TIMEOUT'))
    const controller = new AbortController()
    const givenUp = NamedPipe.open(name, { signal: controller.signal })
    controller.abort()
    await expect(givenUp).rejects.toEqual(code('ABORTED'))
    const patient = open(name, { timeout: 60_000 })
    const accepted = accept(server)
    await first.close()
    await served[0]?.close()
    await (await patient).write(Buffer.from('my turn'))
    expect(texts(await (await accepted).read())).toBe('my turn')
    await second.write(Buffer.from('still here'))
    expect(texts(await served[1]?.read())).toBe('still here')
  })

  it('[named-pipe: peer-death] what was written before a close is read, and then comes the end', async () => {
    for (const who of ['client', 'server']) {
      const ends = await pair()
      const [leaving, staying] = who === 'client' ? ends : ends.toReversed()
      await leaving?.write(Buffer.from('last'))
      await leaving?.close()
      expect(texts(await staying?.read())).toBe('last')
      expect(await staying?.read()).toBeUndefined()
      await expect(staying?.write(Buffer.from('?'))).rejects.toEqual(code('CLOSED'))
      await expect(leaving?.read()).rejects.toEqual(code('CLOSED'))
    }
  })

  it('[named-pipe: listen-connect] whoever gives up loses no message and no client', async () => {
    const name = freshName()
    const server = serve(name)
    const signal = AbortSignal.timeout(10)
    await expect(server.accept({ signal })).rejects.toEqual(code('ABORTED'))
    const client = await open(name)
    const there = await accept(server)
    await expect(there.read({ signal: AbortSignal.timeout(10) })).rejects.toEqual(code('ABORTED'))
    await client.write(Buffer.from('here'))
    expect(texts(await there.read())).toBe('here')
    const reading = there.read()
    await there.close()
    await there.close()
    await expect(reading).rejects.toEqual(code('CLOSED'))
    const waiting = server.accept()
    await server.close()
    await expect(waiting).rejects.toEqual(code('CLOSED'))
    await expect(NamedPipe.open(name)).rejects.toEqual(code('NO_LISTENER'))
  })

  it('[named-pipe: listen-connect] a name has one server, and nobody’s is waited for in vain', async () => {
    const name = freshName()
    serve(name)
    expect(() => NamedPipeServer.create(name)).toThrow(code('ADDRESS_IN_USE'))
    await NamedPipe.wait(name)
    await expect(NamedPipe.wait(freshName())).rejects.toEqual(code('NO_LISTENER'))
    await expect(NamedPipe.open(freshName())).rejects.toEqual(code('NO_LISTENER'))
    await expect(NamedPipe.open('a\\b')).rejects.toEqual(code('ADDRESS_INVALID'))
    await expect(NamedPipe.open('orders', { host: 'elsewhere' })).rejects.toThrow('allowRemote')
    const bytes = serve(freshName(), { mode: 'byte' })
    const inMessages = NamedPipe.open(bytes.path.slice(pathOf('').length), { mode: 'message' })
    await expect(inMessages).rejects.toEqual(code('ADDRESS_INVALID'))
  })

  it('[named-pipe: listen-connect] access is given by users, by SDDL, or to everyone, and faults in that are named', async () => {
    const own = currentUserSid()
    const lists = ['everyone', { users: [own, 'S-1-5-32-545'] }, { sddl: `D:P(A;;GA;;;${own})` }] as const
    for (const security of lists) {
      const [client, server] = await pair({ security })
      expect(server.remote).toEqual({ pid: process.pid, user: { by: 'kernel', id: own } })
      await client.write(Buffer.from('in'))
      expect(texts(await server.read())).toBe('in')
    }
    for (const security of [
      { users: ['nobody of that name'] },
      { sddl: 'D:nonsense' },
      { sddl: `O:${own}D:P` },
    ]) {
      const creating = () => NamedPipeServer.create(freshName(), { security })
      expect(creating, JSON.stringify(security)).toThrow(code('CONFIG_INVALID'))
    }
  })

  it('[named-pipe: listen-connect] who is listed may talk, and not make pipes of that name', () => {
    const name = freshName()
    serve(name, { security: { users: [userInfo().username, 'S-1-5-32-545'] } })
    const READ_CONTROL = 0x20000
    const client = kernel32().CreateFileW(pathOf(name), READ_CONTROL, 0, null, 3, 0, NO_HANDLE)
    onTestFinished(() => void kernel32().CloseHandle(client))
    expect(rightsOf(client)?.writers).toEqual([currentUserSid(), 'S-1-5-32-545'])
  })

  it('[named-pipe: both-ways] a server acts as its client for as long as it says, and no longer', async () => {
    const [client, server] = await pair()
    await client.write(Buffer.from('who am I?'))
    await server.read()
    expect(server.impersonate(sid => sid)).toBe(currentUserSid())
    expect(() => server.impersonate(() => Promise.resolve())).toThrow(code('ACCESS_DENIED'))
    const broken = new Error('it failed')
    const failing = () => {
      throw broken
    }
    expect(() => server.impersonate(failing)).toThrow(broken)
    expect(() => client.impersonate(() => {})).toThrow(code('ACCESS_DENIED'))
    await server.close()
    expect(() => server.impersonate(() => {})).toThrow(code('CLOSED'))
  })

  it('[named-pipe: limits] opening, asking and closing again and again leaves no handle', async () => {
    const name = freshName()
    const server = serve(name)
    const cycle = async () => {
      const asking = NamedPipe.call(name, Buffer.from('?'))
      const client = await server.accept()
      await client.write((await client.read()) ?? Buffer.alloc(0))
      expect(texts(await asking)).toBe('?')
      await client.close()
    }
    for (let warm = 0; warm < 20; warm += 1) await cycle()
    const before = ownHandleCount()
    for (let count = 0; count < 100; count += 1) await cycle()
    // Threads of the pools come and go; one handle a cycle would be 100.
    expect(ownHandleCount() - before).toBeLessThan(20)
  })
})
