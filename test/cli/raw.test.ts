import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { RunningCommand, runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

let names = 0

/** How a program that knows nothing of Signalbox reaches the same place. */
interface Mechanism {
  /** An address to listen on that nobody else has. */
  fresh(): string
  /** What node:net connects to, given the address. */
  foreign(address: string, folder: string): { path: string } | { port: number; host: string }
  /** Listens as a foreign program does, and returns the address for the command. */
  serve(server: Server, folder: string): Promise<string>
}

const pipePath = (name: string, folder: string) =>
  process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(folder, `${name}.sock`)

const mechanisms: Record<string, Mechanism> = {
  tcp: {
    fresh: () => 'tcp://127.0.0.1:0',
    foreign: address => ({ host: '127.0.0.1', port: Number(new URL(address).port) }),
    serve: async server => {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`
    },
  },
  'named-pipe': {
    fresh: () => `named-pipe://./raw-${process.pid}-${names++}`,
    foreign: (address, folder) => ({ path: pipePath(new URL(address).pathname.slice(1), folder) }),
    serve: async (server, folder) => {
      const name = `raw-${process.pid}-${names++}`
      server.listen(pipePath(name, folder))
      await once(server, 'listening')
      return `named-pipe://./${name}`
    },
  },
}

/** One is enough where commands take seconds to start, as they do under Wine. */
const over = Object.entries(mechanisms).filter(
  ([name]) => process.platform !== 'win32' || name === 'named-pipe',
)

describe.each(over)('raw over %s', (_name, mechanism) => {
  let folder: string
  const listen = async (...options: string[]) => {
    const listener = new RunningCommand(['listen', '--raw', mechanism.fresh(), ...options], { folder })
    return { listener, address: await listener.listening() }
  }
  const dial = async (address: string): Promise<Socket> => {
    const socket = connect(mechanism.foreign(address, folder))
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  /** A foreign server, and all that the first connection brings until its end. */
  const receive = async () => {
    const server = createServer()
    const address = await mechanism.serve(server, folder)
    onTestFinished(() => void server.close())
    const received = once(server, 'connection').then(async ([socket]: Socket[]) => {
      const pieces: Buffer[] = []
      for await (const piece of socket ?? []) pieces.push(piece)
      return Buffer.concat(pieces)
    })
    return { address, received }
  }

  beforeEach(() => {
    folder = temporaryFolder()
  })

  it('prints the lines of a foreign peer, however they are cut', async () => {
    const { listener, address } = await listen('--json', '--count', '5')
    const socket = await dial(address)
    const bytes = Buffer.from('one\ntwo\r\n\nvier ö\nthe last has no end')
    const cut = bytes.indexOf('ö') + 1 // in the middle of a character
    socket.write(bytes.subarray(0, cut))
    await listener.printed(3)
    socket.end(bytes.subarray(cut))
    const { code, stdout } = await listener.ended()
    const lines = ['one', 'two', '', 'vier ö', 'the last has no end']
    expect(stdout).toBe(lines.map(text => `${JSON.stringify({ text })}\n`).join(''))
    expect(code).toBe(0)
  })

  it('prints bytes in hexadecimal', async () => {
    const { listener, address } = await listen('--hex', '--json', '--count', '1')
    const socket = await dial(address)
    socket.write(Buffer.from([0, 255, 254, 13, 1, 10]))
    expect((await listener.ended()).stdout).toBe('{"hex":"00fffe0d01"}\n')
  })

  it('prints no more than was asked for', async () => {
    const { listener, address } = await listen('--count', '2')
    const socket = await dial(address)
    socket.write('1\n2\n3\n4\n')
    expect(await listener.ended()).toMatchObject({ code: 0, stdout: '1\n2\n' })
  })

  it('serves several peers at once, and survives one that dies', async () => {
    const { listener, address } = await listen()
    const [first, second] = [await dial(address), await dial(address)]
    first.write('from the first\n')
    await listener.printed(1)
    second.write('from the second\n')
    await listener.printed(2)
    first.destroy()
    second.write('still here\n')
    expect(await listener.printed(3)).toEqual(['from the first', 'from the second', 'still here'])
  })

  it('sends a text as a line to a foreign peer', async () => {
    const { address, received } = await receive()
    const sent = await runCommand(['send', '--raw', address, 'grüße'], { folder })
    expect(sent).toEqual({ code: 0, stdout: '', stderr: '' })
    expect((await received).toString()).toBe('grüße\n')
  })

  it('sends a file of any size to a foreign peer', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index * 7))
    writeFileSync(join(folder, 'data.bin'), bytes)
    const { address, received } = await receive()
    expect((await runCommand(['send', '--raw', address, '@data.bin'], { folder })).code).toBe(0)
    expect((await received).equals(Buffer.concat([bytes, Buffer.from('\n')]))).toBe(true)
  })

  it('sends the lines of stdin to a foreign peer', async () => {
    const { address, received } = await receive()
    expect((await runCommand(['send', '--raw', address, '-'], { folder, stdin: 'a\r\nb\n\nc' })).code).toBe(0)
    expect((await received).toString()).toBe('a\nb\n\nc\n')
  })

  it('talks to itself', async () => {
    const { listener, address } = await listen('--count', '2')
    expect((await runCommand(['send', '--raw', address, 'one\ntwo'], { folder })).code).toBe(0)
    expect((await listener.ended()).stdout).toBe('one\ntwo\n')
  })
})
