import { describe, expect, it } from 'vitest'
import { RunningCommand, runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describe('listen, told to end', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly by %s, and its name is free', async signal => {
    const folder = temporaryFolder()
    const listener = new RunningCommand(['listen', 'named-pipe://./orders'], { folder })
    const address = await listener.listening()
    expect((await runCommand(['send', address, 'x'], { folder })).code).toBe(0)
    listener.process.kill(signal)
    expect(await listener.ended()).toEqual({ code: 0, stdout: 'x\n', stderr: `listening on ${address}\n` })
    const next = new RunningCommand(['listen', 'named-pipe://./orders'], { folder })
    expect(await next.listening()).toBe(address)
  })

  it('ends when nobody reads what it prints', async () => {
    const folder = temporaryFolder()
    const listener = new RunningCommand(['listen', 'named-pipe://./orders'], { folder })
    const address = await listener.listening()
    listener.process.stdout?.destroy()
    await runCommand(['send', address, 'x'], { folder }) // whether that counts as accepted is open
    expect(await listener.ended()).toMatchObject({ code: 0, stderr: `listening on ${address}\n` })
  })
})
