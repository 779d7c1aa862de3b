import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { parseAddress } from '../../../src/core/contracts/index.js'
import { createTestContext } from '../../../src/testing/index.js'
import { ListeningNode } from '../../../src/testing/sessions/index.js'
import { sharedMemory } from '../../../src/transports/shared-memory/index.js'
import { forkPeer } from '../../support/peer.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const MIB = 1024 * 1024

it('[shared-memory: limits] a message of 1 MiB comes through a link in one piece, and is read where the sender wrote it', async () => {
  const folder = temporaryFolder()
  const address = parseAddress('shared-memory://./large')
  const came: { length: number; first: number | undefined; last: number | undefined; inPlace: boolean }[] = []
  const node = await ListeningNode.listen(
    [{ transport: sharedMemory(), address }],
    createTestContext(folder),
    {},
    {
      began: () => {},
      laneOpened: () => ({
        // What was copied, or put together from parts, has a buffer of its own, no larger than the message.
        accept: message =>
          void came.push({
            length: message.length,
            first: message[0],
            last: message.at(-1),
            inPlace: message.buffer.byteLength > 2 * MIB,
          }),
      }),
    },
  )
  onTestFinished(() => node.close())
  const peer = forkPeer('large-messages', [folder, address.href, String(MIB), '5'])
  onTestFinished(() => void peer.kill('SIGKILL'))
  expect(await once(peer, 'exit')).toEqual([0, null])
  expect(came).toEqual([1, 2, 3, 4, 5].map(n => ({ length: MIB, first: n, last: n, inPlace: true })))
})
