import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Desk } from '../peers/desk.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'

it('one line of a file swaps the transport between processes and nothing else; the environment beats it', async () => {
  const { folder, config, start } = nodes()

  /** What the two processes speak over, and whether they understand each other. */
  async function conversation() {
    const peer = await NodePeer.start('shop', config, { cwd: folder })
    const node = await start('till')
    const desk = node.ref(Desk, 'signalbox://shop/desk')
    await desk.send.noted({ by: 'till', number: 1 })
    const seen = await desk.ask.seen('till')
    const transports = node.links().map(({ transport }) => transport)
    await node.close()
    await peer.kill()
    return { seen, transports }
  }

  expect(await conversation()).toEqual({ seen: [1], transports: ['named-pipe'] })
  writeFileSync(join(folder, 'signalbox.config.yaml'), 'transports: { prefer: [tcp] }\n')
  expect(await conversation()).toEqual({ seen: [1], transports: ['tcp'] })
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('SIGNALBOX_TRANSPORTS_PREFER', 'named-pipe')
  expect(await conversation()).toEqual({ seen: [1], transports: ['named-pipe'] })
})
