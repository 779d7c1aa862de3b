import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { completed } from '../scripts/readme.mjs'
import { anonymousPipe } from '../src/transports/anonymous-pipe/index.js'
import { broadcastRing } from '../src/transports/broadcast-ring/index.js'
import { dll } from '../src/transports/dll/index.js'
import { fileMapping } from '../src/transports/file-mapping/index.js'
import { mailslot } from '../src/transports/mailslot/index.js'
import { memory } from '../src/transports/memory/index.js'
import { namedPipe } from '../src/transports/named-pipe/index.js'
import { sharedMemory } from '../src/transports/shared-memory/index.js'
import { tcp } from '../src/transports/tcp/index.js'
import { worker } from '../src/transports/worker/index.js'

it('the README quotes the examples and the descriptors as they are; `npm run readme` brings it up to date', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toBe(
    completed(readme, [
      memory(),
      worker(),
      namedPipe(),
      anonymousPipe(),
      sharedMemory(),
      fileMapping(),
      tcp(),
      mailslot(),
      dll(),
      broadcastRing(),
    ]),
  )
})
