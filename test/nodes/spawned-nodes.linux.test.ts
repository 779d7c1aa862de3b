import { once } from 'node:events'
import { expect, it } from 'vitest'
import { spawnNode } from '../../src/index.js'
import { Heir } from '../peers/heir.js'
import { openLinks } from '../peers/open-links.js'
import { family, familyElsewhere } from '../support/family.js'
import { loneNode } from '../support/nodes.js'

/** What whoever runs the tests let this process inherit, and all others after it. */
const before = openLinks()

it('nothing that a spawned node inherited is inherited from it', async () => {
  const { parent, spawn } = await family()
  await spawn('heir')
  const heir = parent.ref(Heir, 'signalbox://heir/heir')
  const bequests = await heir.ask.bequests(null)
  expect(bequests.filter(link => !before.includes(link))).toEqual([])
  expect(await heir.ask.origin(null)).toBe('undefined')
})

it('a node that closes leaves no process behind that it had spawned, and is not held up by it', async () => {
  const office = await familyElsewhere()
  office.send('close')
  expect(await once(office, 'close')).toEqual([0, null])
})

it('a process that ends before it starts a node fails the spawning, with its exit code', async () => {
  const { spawn } = await family()
  await expect(spawn('nobody')).rejects.toMatchObject({
    code: 'PEER_LOST',
    message: expect.stringContaining('ended with 4'),
  })
})

it('a spawning that is given up ends the process, and says so', async () => {
  const { spawn } = await family()
  const giveUp = new AbortController()
  const spawned = spawn('silent', giveUp.signal)
  giveUp.abort()
  await expect(spawned).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(spawn('silent', giveUp.signal)).rejects.toMatchObject({ code: 'ABORTED' })
})

it('a command that does not exist cannot be spawned, which says why', async () => {
  const parent = await loneNode()
  await expect(spawnNode(['no-such-command', '--version'], { parent })).rejects.toMatchObject({
    code: 'SYSTEM',
    message: expect.stringContaining('ENOENT'),
  })
})
