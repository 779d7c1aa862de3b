import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describe('the command, called wrongly', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })

  const calls: Array<[what: string, args: string[], says: string]> = [
    ['an unknown command', ['lisen'], 'Did you mean listen?'],
    ['an unknown option', ['transports', '--jsn'], 'Did you mean --json?'],
    ['no address', ['listen'], "missing required argument 'address'"],
    ['nothing to send', ['send', 'tcp://127.0.0.1:1'], 'missing required argument'],
    ['too much', ['nodes', 'all'], 'too many arguments'],
    ['a count that is none', ['listen', 'tcp://127.0.0.1:0', '--count', 'many'], 'whole number'],
    ['a count of nothing', ['listen', 'tcp://127.0.0.1:0', '--count', '0'], 'whole number'],
    ['an address that is none', ['listen', 'orders'], 'it is not a URL'],
    ['an address of no transport', ['send', 'named-pip://./orders', 'x'], "did you mean 'named-pipe'?"],
    [
      'an address that its transport cannot read',
      ['listen', 'tcp://127.0.0.1'],
      'it needs a host and a port',
    ],
    ['an address that no other process reaches', ['listen', 'memory://./orders'], 'use named-pipe'],
  ]
  it.each(calls)('ends with 2 and one sentence for %s', async (_what, args, says) => {
    const { code, stdout, stderr } = await runCommand(args, { folder })
    expect(stderr).toContain(says)
    expect(stderr).toMatch(/^signalbox: [^\n]+\n$/)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('ends with 2 and shows its help when it is told nothing', async () => {
    const { code, stderr } = await runCommand([], { folder })
    expect(stderr).toContain('Usage: signalbox')
    expect(code).toBe(2)
  })

  it('ends with 0 when help or version is what was wanted', async () => {
    const help = await runCommand(['send', '--help'], { folder })
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('@file') })
    const version = await runCommand(['--version'], { folder })
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('the command, when it fails', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })

  const failures: Array<[what: string, args: string[], says: string]> = [
    ['nobody listens', ['send', 'named-pipe://./nobody-is-here', 'x'], 'nobody listens'],
    ['nobody listens raw', ['send', '--raw', 'named-pipe://./nobody-is-here', 'x'], 'nobody listens'],
    ['it may not listen there', ['listen', 'tcp://0.0.0.0:0'], 'allowRemote'],
  ]
  it.each(failures)('ends with 1 and one sentence when %s', async (_what, args, says) => {
    const { code, stdout, stderr } = await runCommand(args, { folder })
    expect(stderr).toContain(says)
    expect(stderr).toMatch(/^signalbox: [^\n]+\n$/)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it('ends with 1 and names the file of a configuration that is wrong', async () => {
    writeFileSync(join(folder, 'signalbox.config.yaml'), 'namespcae: x\n')
    const { code, stderr } = await runCommand(['nodes'], { folder })
    expect(stderr).toBe(
      "signalbox: signalbox.config.yaml: namespcae: there is no such option; did you mean 'namespace'?\n",
    )
    expect(code).toBe(1)
  })
})
