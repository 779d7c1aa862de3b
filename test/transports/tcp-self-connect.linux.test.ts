import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { isSignalboxError, parseAddress } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { tcp } from '../../src/transports/tcp/index.js'
import { scaled } from '../support/scale.js'
import { socketPair } from '../support/socket-pair.js'

it('[tcp: listen-connect] finds no listener at a free port, also when the system dials from that very port', async () => {
  const { here, there } = await socketPair()
  const chosen = here.localPort ?? 0
  here.destroy()
  there.destroy()
  // Linux goes through its range in even steps, so that the port's turn comes within some 15,000 dials.
  const free = parseAddress(`tcp://127.0.0.1:${chosen > 50_000 ? chosen - 2000 : chosen + 2000}`)
  const context = createTestContext(tmpdir())
  for (let dial = 0; dial < scaled(20_000, 200_000); dial++) {
    const outcome = await tcp()
      .connect(free, context)
      .catch((error: unknown) => error)
    if (isSignalboxError(outcome, 'NO_LISTENER')) continue
    const instead = outcome instanceof Error ? outcome.message : 'it is connected'
    expect.fail(`dial ${dial} to ${free.href}: ${instead}`)
  }
})
