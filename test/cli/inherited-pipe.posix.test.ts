import { expect, it } from 'vitest'
import { runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

it.each([
  ['anonymous-pipe://fd/99', 'the command has inherited no pipe as its descriptor 99'],
  ['anonymous-pipe://fd/x', 'a descriptor is a number'],
  ['anonymous-pipe://./orders', 'nobody introduces the command'],
])('what the command did not inherit is refused: %s', async (address, why) => {
  const { code, stderr } = await runCommand(['send', '--raw', address, 'one coffee'], {
    folder: temporaryFolder(),
  })
  expect(code).not.toBe(0)
  expect(stderr).toContain(why)
})
