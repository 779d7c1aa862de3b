// The far process of an entrant: serves a peer, and tells the near one what arrived.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { peerNamed } from '../peers/index.js'
import type { FarOrder, FarReport } from './far-orders.js'
import { scriptOf } from './payload.js'
import type { Place } from './peer.js'
import { Receiver } from './receiver.js'

interface Spec {
  readonly peer: string
  readonly place: Place
  readonly answers: boolean
}

const { peer, place, answers } = JSON.parse(process.argv[2] ?? '{}') as Spec
const receiver = new Receiver(scriptOf(place.payload), answers)
const loopDelay = monitorEventLoopDelay({ resolution: 1 })
const stop = await serve()
let before = process.cpuUsage()

process.on('message', (message: unknown) => {
  const order = message as FarOrder
  if (typeof order !== 'object' || !('far' in order)) return // the round's own
  switch (order.far) {
    case 'begin':
      receiver.begin(order.count)
      loopDelay.reset()
      if (order.watched) loopDelay.enable()
      before = process.cpuUsage()
      return report({ far: 'ready', memory: mostMemory() })
    case 'complete':
      return void receiver.complete().then(
        () => report(observed()),
        (error: Error) => report({ far: 'failed', why: error.message }),
      )
    case 'end':
      return void stop().then(() => process.disconnect())
  }
})
process.once('disconnect', () => process.exit())
report({ far: 'ready', memory: mostMemory() })

/** What cannot serve says why, and ends. */
async function serve(): Promise<() => Promise<void>> {
  try {
    return await peerNamed(peer).serve(place, receiver)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return new Promise(() => process.send?.({ far: 'failed', why } satisfies FarReport, () => process.exit()))
  }
}

function observed(): FarReport {
  const { user, system } = process.cpuUsage(before)
  loopDelay.disable()
  return {
    far: 'complete',
    cpu: user + system,
    loopDelay: loopDelay.count === 0 ? 0 : loopDelay.percentile(99) / 1e6,
    memory: mostMemory(),
  }
}

/** MiB that were resident at once, at most, since the process started. */
function mostMemory(): number {
  return process.resourceUsage().maxRSS / 1024
}

function report(what: FarReport): void {
  process.send?.(what)
}
