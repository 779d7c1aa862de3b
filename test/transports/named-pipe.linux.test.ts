import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readlink } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { formatAddress } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { makeRuntimeFolder } from '../support/runtime-folder.js'

it('[named-pipe: listen-connect] children of a name’s owner do not inherit its lock', async () => {
  await using folder = await makeRuntimeFolder()
  const context = createTestContext(folder.path)
  const address = formatAddress({ scheme: 'named-pipe', host: '.', path: 'orders' })
  const listener = await namedPipe().listen(address, context)
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(child, 'spawn')
  const descriptors = await readdir(`/proc/${child.pid}/fd`)
  // What it opens only to start may be closed again by now.
  const files = descriptors.map(descriptor => readlink(`/proc/${child.pid}/fd/${descriptor}`).catch(() => ''))
  expect((await Promise.all(files)).filter(file => file.startsWith(folder.path))).toEqual([])
  await listener.close()
  const next = await namedPipe().listen(address, context)
  await next.close()
  child.stdin.end()
  await once(child, 'exit')
})
