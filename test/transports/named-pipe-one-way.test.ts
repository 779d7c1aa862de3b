import { firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress, type TransportContext } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { RunningCommand, runCommand } from '../support/command.js'
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
const freshText = () => `named-pipe://./one-way-${process.pid}-${++last}?direction=inbound`

describe('a named pipe that goes one way', () => {
  it('[named-pipe: both-ways] carries what a client sends, and nothing that its listener would', async () => {
    const address = parseAddress(freshText())
    expect(transport.describe(address)).toMatchObject({ direction: 'simplex', boundaries: 'stream' })
    const listener = await transport.listen(address, context)
    const arrival = firstValueFrom(listener.connections$)
    const client = await transport.connect(address, context)
    const server = await arrival
    expect(server.remote).toEqual({ pid: process.pid, user: client.remote.user })
    expect(server.send(Buffer.from('no'))).toBe('full')
    expect(server.inPlace).toBeUndefined()

    let heard = ''
    server.receive(({ bytes }) => {
      heard += Buffer.from(bytes)
    })
    expect(client.send(Buffer.from('one coffee'))).toBe('sent')
    const closing = client.close()
    expect(await server.closed).toEqual({ by: 'peer' })
    expect(heard).toBe('one coffee')
    await closing
    await listener.close()
  })

  it('[named-pipe: listen-connect] is, raw, the bare pipe to another process', async () => {
    const text = freshText()
    const listener = new RunningCommand(['listen', '--raw', '--count', '2', text], { folder: folder.path })
    expect(await listener.listening()).toBe(text)
    const client = await transport.connect(parseAddress(text), context, { rawNames: true })
    expect(client.remote.pid).toBe(listener.process.pid)
    client.send(Buffer.from('one coffee\ntwo cakes\n'))
    expect(await listener.ended()).toMatchObject({ code: 0, stdout: 'one coffee\ntwo cakes\n' })
    await client.close()
  })

  it('[named-pipe: both-ways] makes a pair that carries a link', async () => {
    const text = freshText()
    const listener = new RunningCommand(['listen', '--count', '1', text], { folder: folder.path })
    await listener.listening()
    const sent = await runCommand(['send', text, 'one coffee'], { folder: folder.path })
    expect(sent).toEqual({ code: 0, stdout: '', stderr: '' }) // it was acknowledged: there is a way back
    expect(await listener.ended()).toMatchObject({ code: 0, stdout: 'one coffee\n' })
  })
})
