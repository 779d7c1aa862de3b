import { once } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { startCPeer } from '../support/c-peer.js'
import { RunningCommand, runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

let last = 0
const freshName = () => `command-${process.pid}-${++last}`
const pathOf = (name: string) => `\\\\.\\mailslot\\${name}`

describe('raw over mailslot', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })

  it('prints the messages of a C program, and ends when there were enough', async context => {
    const name = freshName()
    const listener = new RunningCommand(
      ['listen', '--raw', '--json', '--count', '3', `mailslot://./${name}`],
      {
        folder,
      },
    )
    expect(await listener.listening()).toBe(`mailslot://./${name}`)
    const writer = startCPeer(context, 'mailslot', ['write', pathOf(name), '3', '2'])
    await once(writer, 'exit')
    expect(await listener.ended()).toMatchObject({
      code: 0,
      stdout: ['0.', '1.', '2.'].map(text => `${JSON.stringify({ text })}\n`).join(''),
    })
  })

  it('sends a text as a message to a C program', async context => {
    const name = freshName()
    const reader = startCPeer(context, 'mailslot', ['serve', pathOf(name), '1', '0'])
    let printed = ''
    reader.stdout?.on('data', bytes => {
      printed += bytes
    })
    await once(reader.stdout ?? reader, 'data')
    const ended = once(reader, 'close')
    const sent = await runCommand(['send', '--raw', `mailslot://./${name}`, 'grüße'], { folder })
    expect(sent).toEqual({ code: 0, stdout: '', stderr: '' })
    await ended
    expect(printed.replaceAll('\r', '')).toBe('ready\ngrüße\n')
  })

  it('talks to itself, a line of stdin a message', async () => {
    const address = `mailslot://./${freshName()}`
    const listener = new RunningCommand(['listen', '--raw', '--count', '3', address], { folder })
    await listener.listening()
    expect((await runCommand(['send', '--raw', address, '-'], { folder, stdin: 'a\n\nc' })).code).toBe(0)
    expect((await listener.ended()).stdout).toBe('a\n\nc\n')
  })

  it('says in a sentence that nobody listens, or that somebody does already', async () => {
    const address = `mailslot://./${freshName()}`
    expect(await runCommand(['send', '--raw', address, 'hello?'], { folder })).toEqual({
      code: 1,
      stdout: '',
      stderr: `signalbox: ${address}: nobody listens there; start its owner\n`,
    })
    const listener = new RunningCommand(['listen', '--raw', address], { folder })
    await listener.listening()
    const second = await runCommand(['listen', '--raw', address], { folder })
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('a live process reads it')
  })
})

describe('raw over dll', () => {
  it('talks to itself, a line of stdin a message', async () => {
    const folder = temporaryFolder()
    const address = `dll://./orders/${freshName()}`
    const listener = new RunningCommand(['listen', '--raw', '--count', '3', address], { folder })
    expect(await listener.listening()).toBe(address)
    expect((await runCommand(['send', '--raw', address, '-'], { folder, stdin: 'a\n\nc' })).code).toBe(0)
    expect((await listener.ended()).stdout).toBe('a\n\nc\n')
  })
})
