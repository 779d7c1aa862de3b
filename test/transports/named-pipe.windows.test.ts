import { once } from 'node:events'
import { userInfo } from 'node:os'
import { firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, formatAddress, type TransportContext } from '../../src/core/contracts/index.js'
import { ownHandleCount } from '../../src/native/win32/handle-count.js'
import { type Handle, INVALID_HANDLE, kernel32, NO_HANDLE } from '../../src/native/win32/kernel32.js'
import { rightsOf } from '../../src/native/win32/object-rights.js'
import { privateSecurity } from '../../src/native/win32/private-security.js'
import { currentUserSid } from '../../src/native/win32/user-sid.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { waitForClient } from '../../src/transports/named-pipe/windows-client-wait.js'
import { socketOf } from '../../src/transports/named-pipe/windows-socket.js'
import { NamedPipePeer } from '../support/named-pipe-peer.js'
import { makeRuntimeFolder } from '../support/runtime-folder.js'

const transport = namedPipe()
let folder: Awaited<ReturnType<typeof makeRuntimeFolder>>
let context: TransportContext
beforeAll(async () => {
  folder = await makeRuntimeFolder()
  context = createTestContext(folder.path)
})
afterAll(() => folder[Symbol.asyncDispose]())

let last = 0
const freshAddress = () =>
  formatAddress({ scheme: 'named-pipe', host: '.', path: `${process.pid}-windows-${++last}` })
const pathOf = (name: string) => `\\\\.\\pipe\\${name}`
const code = (expected: string) => expect.objectContaining({ code: expected })

const PIPE_ACCESS_DUPLEX = 3
const GENERIC_READ = 0x80000000
const GENERIC_WRITE = 0x40000000
const OPEN_EXISTING = 3

const FILE_FLAG_OVERLAPPED = 0x40000000

/** One more place of a foreign server, free until a client opens it. */
function makePipe(path: string): Handle {
  const mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED
  const pipe = kernel32().CreateNamedPipeW(path, mode, 0, 2, 4096, 4096, 0, privateSecurity())
  expect(pipe).not.toBe(INVALID_HANDLE)
  return pipe
}

const openClient = (path: string, access = GENERIC_READ) =>
  kernel32().CreateFileW(path, access, 0, null, OPEN_EXISTING, 0, NO_HANDLE)

describe('a native pipe', () => {
  it('[named-pipe: listen-connect] names that differ only in case are one name', async () => {
    const address = freshAddress()
    const listener = await transport.listen(address, context)
    const other = formatAddress({ scheme: 'named-pipe', host: '.', path: address.path.toUpperCase() })
    await expect(transport.listen(other, context)).rejects.toEqual(code('ADDRESS_IN_USE'))
    await listener.close()
    await (await transport.listen(other, context)).close()
  })

  it('[named-pipe: listen-connect] another machine is reached only where that is allowed, and listened on never', async () => {
    const elsewhere = formatAddress({ scheme: 'named-pipe', host: 'elsewhere', path: 'orders' })
    await expect(transport.connect(elsewhere, context)).rejects.toThrow('allowRemote')
    await expect(transport.listen(elsewhere, context, { allowRemote: true })).rejects.toEqual(
      code('ADDRESS_INVALID'),
    )
    expect(transport.describe(elsewhere)).toMatchObject({ reach: 'network', identity: 'none' })
  })

  it('[named-pipe: listen-connect] users that are listed may connect, and those that there are not are named', async () => {
    const address = freshAddress()
    const users = [userInfo().username, 'S-1-5-32-545']
    const listener = await transport.listen(address, context, { users })
    const READ_CONTROL = 0x20000
    const reader = openClient(pathOf(`signalbox.${address.path}`), READ_CONTROL)
    expect(rightsOf(reader)?.writers).toEqual([currentUserSid(), 'S-1-5-32-545'])
    kernel32().CloseHandle(reader)
    const arrival = firstValueFrom(listener.connections$)
    const client = await transport.connect(address, context, { users })
    const server = await arrival
    expect(server.remote).toEqual({ pid: process.pid, user: { by: 'kernel', id: currentUserSid() } })
    for (const one of [client, server]) {
      one.abort()
      await one.closed
    }
    await listener.close()
    const nobody = { users: ['nobody of that name'] }
    await expect(transport.listen(address, context, nobody)).rejects.toEqual(code('CONFIG_INVALID'))
    await expect(transport.connect(address, context, nobody)).rejects.toThrow('no user or group')
  })

  it('[named-pipe: listen-connect] a busy foreign server on a raw name keeps it, and a client waits for its room', async () => {
    const address = freshAddress()
    const raw = { rawNames: true }
    const pipe = makePipe(pathOf(address.path))
    const occupant = openClient(pathOf(address.path))
    await expect(transport.listen(address, context, raw)).rejects.toEqual(code('ADDRESS_IN_USE'))

    const controller = new AbortController()
    const givenUp = transport.connect(address, context, { ...raw, signal: controller.signal })
    const patient = transport.connect(address, context, raw)
    controller.abort()
    await expect(givenUp).rejects.toEqual(code('ABORTED'))
    const another = makePipe(pathOf(address.path))
    const connection = await patient
    expect(connection.remote.pid).toBe(process.pid)
    connection.abort()
    await connection.closed
    for (const handle of [occupant, pipe, another]) kernel32().CloseHandle(handle)
  })

  it('[named-pipe: listen-connect] connections that a dead listener left do not keep its name', async () => {
    await using peer = new NamedPipePeer(folder.path)
    await peer.listen('left')
    const address = transport.nodeAddress('test', 'left')
    const held: Connection = await transport.connect(address, context)
    // Nobody reads it, so that this end stays open and the pipe with it.
    held.pause()
    await peer.kill()
    await expect(transport.connect(address, context)).rejects.toEqual(code('NO_LISTENER'))
    const listener = await transport.listen(address, context)
    const arrival = firstValueFrom(listener.connections$)
    const connection = await transport.connect(address, context)
    expect(connection.remote.pid).toBe(process.pid)
    for (const one of [held, connection, await arrival]) {
      one.abort()
      await one.closed
    }
    await listener.close()
  })

  it('[named-pipe: limits] a listener that opens and closes again and again leaves no handle', async () => {
    const address = freshAddress()
    const cycle = async () => {
      const listener = await transport.listen(address, context)
      const arrival = firstValueFrom(listener.connections$)
      const client = await transport.connect(address, context)
      const server = await arrival
      server.receive(() => {})
      await client.close()
      await server.closed
      await listener.close()
    }
    for (let warm = 0; warm < 20; warm += 1) await cycle()
    const before = ownHandleCount()
    for (let count = 0; count < 200; count += 1) await cycle()
    // Threads of the pools come and go; one handle a cycle would be 200.
    expect(ownHandleCount() - before).toBeLessThan(20)
  })

  it('[named-pipe: listen-connect] clients that come and go before they are looked at are connections all the same', async () => {
    const address = freshAddress()
    const listener = await transport.listen(address, context)
    const arrived: Promise<string>[] = []
    listener.connections$.subscribe(connection => arrived.push(everythingFrom(connection)))
    for (let round = 0; round < 10; round += 1) {
      const path = pathOf(`signalbox.${address.path}`)
      // Nothing of the listener runs in between.
      for (let count = 0; count < 4; count += 1) sendAndClose(path)
      while (arrived.length < (round + 1) * 4) await firstValueFrom(listener.connections$)
    }
    expect(await Promise.all(arrived)).toEqual(arrived.map(() => 'hi'))
    await listener.close()
  })

  it('[named-pipe: listen-connect] a client that has closed before the wait begins is a client, with its bytes', async () => {
    const path = pathOf(freshAddress().path)
    const pipe = makePipe(path)
    sendAndClose(path)
    expect(await waitForClient(pipe).client).toBe(true)
    const socket = socketOf(pipe, path)
    const [bytes] = await once(socket, 'data')
    expect(String(bytes)).toBe('hi')
    socket.destroy()
    await once(socket, 'close')
  })
})

/** As a program does that has one thing to say. */
function sendAndClose(path: string): void {
  const client = openClient(path, GENERIC_WRITE)
  expect(client).not.toBe(INVALID_HANDLE)
  const written = kernel32().WriteFile(client, Buffer.from('hi'), 2, Buffer.alloc(4), null)
  expect(written).not.toBe(0)
  kernel32().CloseHandle(client)
}

async function everythingFrom(connection: Connection): Promise<string> {
  let text = ''
  connection.receive(({ bytes }) => {
    text += String(Buffer.from(bytes))
  })
  expect(await connection.closed).toEqual({ by: 'peer' })
  return text
}
