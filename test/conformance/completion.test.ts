import { expect, test } from 'vitest'
import {
  type AnyTransport,
  type Connection,
  type ConnectionTransport,
  formatAddress,
  type PacketTransport,
} from '../../src/core/contracts/index.js'
import { type ConformanceTarget, conformance } from '../../src/testing/index.js'
import { memory } from '../../src/transports/memory/index.js'
import { distorted } from '../support/distorted.js'

let last = 0
const source = { module: 'signalbox/transports/memory', factory: 'memory' }
const address = () => formatAddress({ scheme: 'memory', host: '.', path: `completion-${++last}` })

/** A mechanism that has packets only, of which memory connections are said to be made. */
const packets: PacketTransport = {
  name: 'memory',
  summary: 'packets that nobody looks at',
  shape: 'packet',
  availability: () => Promise.resolve({ usable: true }),
  describe: place => memory().describe(place),
  nodeAddress: (namespace, node) => memory().nodeAddress(namespace, node),
  open: () => Promise.reject(new Error('nobody looks at them')),
}

/** Memory as if it had one direction: the side that listens can only hear. */
function oneWay(): ConnectionTransport {
  const mute: (connection: Connection) => Partial<Connection> = () => ({ send: () => 'full' })
  const listening = distorted(memory(), { connection: mute })
  return distorted(memory(), {
    claims: { direction: 'simplex' },
    listen: (...args) => listening.listen(...args),
  })
}

/** What each case of `target` says, in few words. */
async function verdicts(target: ConformanceTarget): Promise<Record<string, string>> {
  await using suite = conformance(target, { frames: 200, cycles: 10, messages: 200, largest: 100_000 })
  const said: Record<string, string> = {}
  for (const { title, exclusion, run } of suite.cases) {
    if (title.includes('thread')) continue // threads load the transport from its source
    said[title] =
      exclusion === undefined
        ? await run().then(
            () => 'conforms',
            (error: Error) => error.message,
          )
        : `left out: ${exclusion.capability}`
  }
  return said
}

test('of a mechanism without connections, all cases through the link run, over what completes it', async () => {
  const completed: AnyTransport[] = []
  const completes = (transport: AnyTransport) => {
    completed.push(transport)
    return memory()
  }
  const said = Object.entries(await verdicts({ transport: packets, source, address, completes }))
  expect(completed).toEqual([packets])
  for (const [title, verdict] of said)
    expect(verdict, title).toMatch(
      title.endsWith('(link)') ? /^(conforms|left out: (reach|platforms))$/ : /^left out: shape$/,
    )
  expect(said.filter(([, verdict]) => verdict === 'conforms').length).toBeGreaterThan(15)
})

test('an honest mechanism of one direction conforms, bare as it is and under a link over its completion', async () => {
  for (const [title, verdict] of Object.entries(await verdicts({ transport: oneWay(), source, address })))
    expect(verdict, title).toMatch(
      /^(conforms|left out: (reach|platforms|direction|maxFrame|names|boundaries))$/,
    )
})
