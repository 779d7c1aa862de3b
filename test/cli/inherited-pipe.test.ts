import { expect, it } from 'vitest'
import { AnonymousPipe } from '../../src/transports/anonymous-pipe/index.js'
import { RunningCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

it('commands that inherited the two ends of a pipe send and listen raw, and end with it [anonymous-pipe: both-ways]', async () => {
  const folder = temporaryFolder()
  using pipe = AnonymousPipe.create()
  const run = (args: readonly string[], inherits: readonly number[]) =>
    new RunningCommand(args, { folder, inherits }).ended()
  const listened = run(['listen', '--raw', 'anonymous-pipe://fd/3', '--json'], [pipe.read.descriptor])
  const sent = run(['send', '--raw', 'anonymous-pipe://fd/3', 'one coffee'], [pipe.write.descriptor])
  pipe.close()
  expect(await sent).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await listened).toEqual({
    code: 0,
    stdout: '{"text":"one coffee"}\n',
    stderr: 'listening on anonymous-pipe://fd/3\n',
  })
})
