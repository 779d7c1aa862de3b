import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, formatAddress, type TransportContext } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { NamedPipePeer } from '../support/named-pipe-peer.js'
import { makeRuntimeFolder } from '../support/runtime-folder.js'

const transport = namedPipe()
const address = formatAddress({ scheme: 'named-pipe', host: '.', path: 'orders' })
const code = (expected: string) => expect.objectContaining({ code: expected })

let folder: Awaited<ReturnType<typeof makeRuntimeFolder>>
let context: TransportContext
/** The files of `address`. */
let socketPath: string
let lockPath: string

beforeEach(async () => {
  folder = await makeRuntimeFolder()
  context = createTestContext(folder.path)
  socketPath = join(folder.path, 'signalbox.orders.sock')
  lockPath = join(folder.path, 'signalbox.orders.lock')
})
afterEach(() => folder[Symbol.asyncDispose]())

describe('the socket of a named pipe', () => {
  it('[named-pipe: listen-connect] is open to its user only, in a folder of the same kind', async () => {
    const runtimeFolder = join(folder.path, 'made')
    const listener = await transport.listen(address, createTestContext(runtimeFolder))
    expect((await stat(runtimeFolder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(runtimeFolder, 'signalbox.orders.sock'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(runtimeFolder, 'signalbox.orders.lock'))).mode & 0o777).toBe(0o600)
    await listener.close()
    expect(await readdir(runtimeFolder)).toEqual([])
  })

  it('[named-pipe: listen-connect] stays its user’s own where others are listed, and says so', async () => {
    const warnings: string[] = []
    const log = { debug: () => {}, warn: (message: string) => warnings.push(message) }
    const listener = await transport.listen(address, { ...context, log }, { users: ['alice', 'bob'] })
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600)
    expect(warnings).toEqual([expect.stringContaining('alice, bob cannot connect')])
    await listener.close()
  })

  it('[named-pipe: listen-connect] is not made in a folder that others may enter', async () => {
    await chmod(folder.path, 0o755)
    const attempt = transport.listen(address, context)
    await expect(attempt).rejects.toEqual(code('ACCESS_DENIED'))
    await expect(attempt).rejects.toThrow('chmod 700')
  })

  it('[named-pipe: listen-connect] is made where a dead program left one', async () => {
    const server = createServer().listen(socketPath)
    await once(server, 'listening')
    await closeAsIfKilled(server, socketPath)
    expect((await stat(socketPath)).isSocket()).toBe(true)
    await expect(transport.connect(address, context)).rejects.toEqual(code('NO_LISTENER'))
    const listener = await transport.listen(address, context)
    const connection = await transport.connect(address, context)
    expect(connection.remote.pid).toBe(process.pid)
    connection.abort()
    await listener.close()
  })

  it('[named-pipe: listen-connect] does not take the place of a server without our lock, nor of a file', async () => {
    const server = createServer(socket => socket.end('mine')).listen(socketPath)
    await once(server, 'listening')
    await expect(transport.listen(address, context)).rejects.toEqual(code('ADDRESS_IN_USE'))
    const [answer] = await once(connect(socketPath), 'data')
    expect(String(answer)).toBe('mine')
    await new Promise(resolve => server.close(resolve))

    await writeFile(socketPath, 'a file')
    await expect(transport.listen(address, context)).rejects.toEqual(code('ADDRESS_IN_USE'))
    expect(await readdir(folder.path)).toEqual(['signalbox.orders.sock'])
  })

  it('[named-pipe: listen-connect] a lock that nobody holds keeps nobody out', async () => {
    await writeFile(lockPath, '')
    const listener = await transport.listen(address, context)
    await expect(transport.listen(address, context)).rejects.toEqual(code('ADDRESS_IN_USE'))
    await listener.close()
    await (await transport.listen(address, context)).close()
  })

  it('[named-pipe: listen-connect] a path that the system would cut off is refused, with the limit', async () => {
    const deep = createTestContext(join(folder.path, 'd'.repeat(100)))
    await expect(transport.listen(address, deep)).rejects.toEqual(code('ADDRESS_INVALID'))
    const limit = process.platform === 'linux' ? '107 B' : '103 B'
    await expect(transport.connect(address, deep)).rejects.toThrow(limit)
  })

  it('[named-pipe: peer-death] the killed owner leaves a socket that means NO_LISTENER', async () => {
    await using peer = new NamedPipePeer(folder.path)
    await peer.listen('orders')
    await peer.kill()
    expect(await readdir(folder.path)).toHaveLength(2)
    await expect(transport.connect(transport.nodeAddress('test', 'orders'), context)).rejects.toEqual(
      code('NO_LISTENER'),
    )
  })
})

// Only root can start a process of another user.
if (process.geteuid?.() === 0)
  describe('a process of another user', () => {
    const nobody = 65534

    /** Runs a script in a Node of another user; it is `path` that its `process.argv[1]` names. */
    const startAsNobody = (script: string) =>
      spawn(process.execPath, ['-e', script, socketPath], {
        uid: nobody,
        cwd: '/',
        stdio: ['ignore', 'pipe', 'inherit'],
      })

    it('[named-pipe: peer-death] is turned away before anything that it sends is delivered', async () => {
      const warnings: string[] = []
      const listener = await transport.listen(address, {
        ...context,
        log: { debug: () => {}, warn: message => warnings.push(message) },
      })
      const arrivals: Connection[] = []
      listener.connections$.subscribe(connection => arrivals.push(connection))
      // Undo what keeps others out, so that only the peer's identity is left to judge by.
      await chmod(folder.path, 0o755)
      await chmod(socketPath, 0o666)
      const client = startAsNobody(`
      const socket = require('node:net').connect(process.argv[1], () => socket.write('let me in'))
      socket.on('error', () => {}).on('close', () => process.stdout.write('closed'))`)
      const [said] = await once(client.stdout, 'data')
      expect(String(said)).toBe('closed')
      expect(arrivals).toEqual([])
      expect(warnings).toEqual([expect.stringContaining(`user ${nobody}`)])
      await listener.close()
    })

    it('[named-pipe: listen-connect] is not taken for our listener', async () => {
      await chmod(folder.path, 0o777)
      const server = startAsNobody(`
      require('node:net').createServer().listen(process.argv[1], () => process.stdout.write('ready'))`)
      await once(server.stdout, 'data')
      await expect(transport.connect(address, context)).rejects.toEqual(code('ACCESS_DENIED'))
      server.kill()
      await once(server, 'exit')
    })
  })

/** Closes a server and keeps the file of its socket, which Node would remove. */
async function closeAsIfKilled(server: Server, path: string): Promise<void> {
  await rename(path, `${path}.aside`)
  await new Promise(resolve => server.close(resolve))
  await rename(`${path}.aside`, path)
}
