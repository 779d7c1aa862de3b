import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { RunningCommand, runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

let names = 0
const addresses: Record<string, () => string> = {
  tcp: () => 'tcp://127.0.0.1:0',
  'named-pipe': () => `named-pipe://./linked-${process.pid}-${names++}`,
  'shared-memory': () => `shared-memory://./linked-${process.pid}-${names++}`,
}

describe.each(Object.keys(addresses))('listen and send over %s', transport => {
  let folder: string
  const listen = async (...options: string[]) => {
    const listener = new RunningCommand(['listen', addresses[transport]?.() ?? '', ...options], { folder })
    return { listener, address: await listener.listening() }
  }

  beforeEach(() => {
    folder = temporaryFolder()
  })

  it('carry a text, and both end', async () => {
    const { listener, address } = await listen('--json', '--count', '1')
    const sent = await runCommand(['send', address, 'grüße, "signalbox"\n'], { folder })
    expect(sent).toEqual({ code: 0, stdout: '', stderr: '' })
    const { code, stdout, stderr } = await listener.ended()
    expect(stdout).toBe(`${JSON.stringify({ text: 'grüße, "signalbox"\n' })}\n`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: `listening on ${address}\n` })
  })

  it('carry the bytes of a file, and the lines of stdin, and nothing at all', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index * 7))
    writeFileSync(join(folder, 'data.bin'), bytes)
    const { listener, address } = await listen('--json', '--hex', '--count', '4')
    expect((await runCommand(['send', address, '@data.bin'], { folder })).code).toBe(0)
    expect((await runCommand(['send', address, '-'], { folder, stdin: 'one\r\ntwo' })).code).toBe(0)
    expect((await runCommand(['send', address, ''], { folder })).code).toBe(0)
    const { stdout } = await listener.ended()
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).hex),
    ).toEqual(
      [bytes, Buffer.from('one'), Buffer.from('two'), Buffer.alloc(0)].map(frame => frame.toString('hex')),
    )
  })
})

describe('listen and send', () => {
  let folder: string
  const listen = async (...options: string[]) => {
    const name = `named-pipe://./linked-${process.pid}-${names++}`
    const listener = new RunningCommand(['listen', name, ...options], { folder })
    return { listener, address: await listener.listening() }
  }

  beforeEach(() => {
    folder = temporaryFolder()
  })

  it('carry more lines than are on their way at once, in order', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index}`)
    const { listener, address } = await listen('--count', '5000')
    expect((await runCommand(['send', address, '-'], { folder, stdin: lines.join('\n') })).code).toBe(0)
    expect((await listener.ended()).stdout).toBe(`${lines.join('\n')}\n`)
  })

  it('serve several senders at once', async () => {
    const { listener, address } = await listen('--count', '3')
    const sends = await Promise.all(
      ['a', 'b', 'c'].map(text => runCommand(['send', address, text], { folder })),
    )
    expect(sends.map(({ code }) => code)).toEqual([0, 0, 0])
    expect((await listener.ended()).stdout.split('\n').sort()).toEqual(['', 'a', 'b', 'c'])
  })

  it('tell the sender what the listener did not want any more', async () => {
    const { listener, address } = await listen('--count', '1')
    const { code, stderr } = await runCommand(['send', address, '-'], { folder, stdin: 'one\ntwo\n' })
    expect(stderr).toMatch(/^signalbox: [^\n]+\n$/)
    expect(code).toBe(1)
    expect((await listener.ended()).stdout).toBe('one\n')
  })

  it('need the same secret', async () => {
    const { listener, address } = await listen()
    const env = { SIGNALBOX_SECRET: 'quite another secret' }
    const { code, stderr } = await runCommand(['send', address, 'x'], { folder, env })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^signalbox: [^\n]*secret[^\n]*\n$/),
    })
    expect((await runCommand(['send', address, 'still here'], { folder })).code).toBe(0)
    expect(await listener.printed(1)).toEqual(['still here'])
  })

  it('refuse a second listener on one address', async () => {
    const { address } = await listen()
    const { code, stderr } = await runCommand(['listen', address], { folder })
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^signalbox: [^\n]+\n$/) })
  })
})

describe('send, to what does not speak Signalbox', () => {
  it('gives up and says so', async () => {
    const server = createServer(socket => socket.on('error', () => {}).resume())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`
    const env = { SIGNALBOX_LINK_HANDSHAKE_TIMEOUT: '100' }
    const { code, stderr } = await runCommand(['send', address, 'x'], { folder: temporaryFolder(), env })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^signalbox: [^\n]* within 100 ms; [^\n]*--raw\n$/),
    })
  })
})
