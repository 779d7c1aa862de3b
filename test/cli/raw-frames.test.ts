import { describe, expect, it } from 'vitest'
import { RunningCommand, runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describe.each(['shared-memory', 'file-mapping', 'broadcast-ring'])('raw over %s', transport => {
  it('talks to itself, a line of stdin a message', async () => {
    const folder = temporaryFolder()
    const address = `${transport}://./command-${process.pid}`
    const listener = new RunningCommand(['listen', '--raw', '--json', '--count', '3', address], { folder })
    expect(await listener.listening()).toBe(address)
    const sent = await runCommand(['send', '--raw', address, '-'], { folder, stdin: 'grüße\n\nthe last' })
    expect(sent).toEqual({ code: 0, stdout: '', stderr: '' })
    const lines = ['grüße', '', 'the last'].map(text => `${JSON.stringify({ text })}\n`)
    expect(await listener.ended()).toMatchObject({ code: 0, stdout: lines.join('') })
  })
})
