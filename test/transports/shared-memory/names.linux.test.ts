import { readdirSync } from 'node:fs'
import { firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import { parseAddress } from '../../../src/core/contracts/index.js'
import { createTestContext } from '../../../src/testing/index.js'
import { sharedMemory } from '../../../src/transports/shared-memory/index.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const ours = () => readdirSync('/dev/shm').filter(name => name.startsWith(`signalbox.${process.pid}.`))

it('the memory of a connection has no name any more when it is there, so that nothing can be left behind', async () => {
  const context = createTestContext(temporaryFolder())
  const address = parseAddress('shared-memory://./names')
  const listener = await sharedMemory().listen(address, context)
  const arrived = firstValueFrom(listener.connections$)
  const here = await sharedMemory().connect(address, context)
  expect(ours()).toEqual([])
  await arrived
  await here.close()
  await listener.close()
  expect(ours()).toEqual([])
})
