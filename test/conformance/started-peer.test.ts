import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { StartedPeer } from '../../src/testing/conformance/started-peer.js'

/** A transport whose `listen` does what `body` says. */
const moduleOf = (body: string) => ({
  module: `data:text/javascript,${encodeURIComponent(`export const broken = () => ({ shape: 'connection', async listen() { ${body} } })`)}`,
  factory: 'broken',
})

test('a peer that cannot start says why', async () => {
  const starting = StartedPeer.start({ module: 'signalbox/transports/no-such', factory: 'none' }, tmpdir())
  await expect(starting).rejects.toThrow(/ended with 1; its stderr:[\s\S]*no-such/)
})

test('a peer that dies by itself fails whatever waits for it, with what it wrote to stderr', async () => {
  await using peer = await StartedPeer.start(
    moduleOf("console.error('out of luck'); process.exit(3)"),
    tmpdir(),
  )
  await expect(peer.call('listen', 'x://./y')).rejects.toThrow(/ended with 3; its stderr:\nout of luck/)
  await expect(peer.failure).rejects.toThrow(/ended with 3/)
  await expect(peer.call('turn')).rejects.toThrow(/turn is too late/)
})

test('what a peer throws keeps its code', async () => {
  const thrower = moduleOf("throw Object.assign(new Error('no'), { code: 'ENOENT' })")
  await using peer = await StartedPeer.start(thrower, tmpdir())
  await expect(peer.call('listen', 'x://./y')).rejects.toThrow(/^no$/)
  await expect(peer.call('listen', 'nonsense')).rejects.toMatchObject({ code: 'ADDRESS_INVALID' })
})

test('a peer that is killed on purpose is no failure', async () => {
  const peer = await StartedPeer.start(moduleOf(''), tmpdir())
  let failed = false
  peer.failure.catch(() => {
    failed = true
  })
  const waiting = expect(peer.call('handles').then(() => peer.call('accept', 1))).rejects.toThrow()
  await peer.kill()
  await waiting
  expect(failed).toBe(false)
})
