import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { RunningCommand, runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const address = 'file-mapping://./orders.journal?journal'

it('[file-mapping: listen-connect] raw, a journal keeps what was sent for commands that come later, and each consumer goes on where it stopped', async () => {
  const folder = temporaryFolder()
  const send = (what: string, stdin = '') => runCommand(['send', '--raw', address, what], { folder, stdin })
  const nothingSaid = { code: 0, stdout: '', stderr: '' }

  expect(await send('-', 'one\n\nthree')).toEqual(nothingSaid)
  expect(readdirSync(folder)).toEqual(['orders.journal'])
  const first = await runCommand(['listen', '--raw', '--count', '2', address], { folder })
  expect(first).toEqual({ code: 0, stdout: 'one\n\n', stderr: `listening on ${address}\n` })

  const follower = new RunningCommand(['listen', '--raw', address], { folder })
  expect(await follower.printed(1)).toEqual(['three'])
  expect(await send('four')).toEqual(nothingSaid)
  expect(await follower.printed(2)).toEqual(['three', 'four'])

  const billing = `${address}&consumer=billing`
  const other = await runCommand(['listen', '--raw', '--count', '4', billing], { folder })
  expect(other).toMatchObject({ code: 0, stdout: 'one\n\nthree\nfour\n' })
})
