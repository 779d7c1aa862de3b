// One end of a session over several tracks: `session-end.js <SessionSetup as JSON>`. The dialler floods the listener;
// both tell what they saw, and obey the test over IPC.
import { parseAddress, reasonOf } from 'signalbox'
import {
  createTestContext,
  DialledSession,
  ListeningNode,
  type SessionSettings,
  type Way,
} from 'signalbox/testing'
import type { SessionOrder, SessionReport, SessionSetup } from './session-contracts.js'
import { SessionFlood } from './session-flood.js'
import { SessionTally } from './session-tally.js'
import { transportOf } from './transport-of.js'

const setup = JSON.parse(process.argv[2] ?? '{}') as SessionSetup
const settings: SessionSettings = { heartbeat: 500, resume: 60_000 }
/** The report of progress with which a track is cut, should all orders from outside come too late. */
const CERTAIN_CUT = 50
const context = createTestContext(setup.folder)

process.on('disconnect', () => process.exit(1)) // without its director it would go on for ever

try {
  if (setup.role === 'listener') await listen(setup.places)
  else await dial(setup)
} catch (error) {
  tell({ event: 'failed', why: reasonOf(error) })
}

async function listen(places: readonly string[]): Promise<void> {
  const tally = new SessionTally()
  const node = await ListeningNode.listen(await waysOf(places), context, settings, tally)
  process.on('message', ({ order }: SessionOrder) => {
    if (order === 'tally') tell(tally.report())
    else if (order === 'end') process.exit(0)
  })
  tell({ event: 'listens', addresses: node.addresses.map(({ href }) => href) })
}

async function dial({ ways, flood }: Extract<SessionSetup, { role: 'dialler' }>): Promise<void> {
  const session = await DialledSession.dial(await waysOf(ways), context, settings)
  process.on('message', (order: SessionOrder) => {
    if (order.order === 'cut') session.cut(order.way)
    else if (order.order === 'end') process.exit(0)
  })
  await session.complete()
  let reports = 0
  const progress = () => {
    if (++reports === CERTAIN_CUT) session.cut(0)
    tell({ event: 'progress' })
  }
  const done = await new SessionFlood(session.link, flood, progress).run()
  await session.complete() // what was cut at the end has to come back, too
  tell({ event: 'done', ...done, joins: session.joins })
}

function waysOf(addresses: readonly string[]): Promise<Way[]> {
  return Promise.all(
    addresses.map(async text => {
      const address = parseAddress(text)
      return { transport: await transportOf(address.scheme), address }
    }),
  )
}

function tell(report: SessionReport): void {
  if (process.connected) process.send?.(report)
}
