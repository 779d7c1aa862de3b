// The far end of an entrant, in a process or a thread of its own: does what the near end tells it to.
import { isMainThread, parentPort } from 'node:worker_threads'
import { peerNamed } from '../peers/index.js'
import { FarEnd } from './far-end.js'
import type { FarOrder, FarReport } from './far-orders.js'
import type { Place } from './peer.js'

/** What it is started with, as JSON. */
interface Spec {
  readonly peer: string
  readonly place: Place
  readonly answers: boolean
}

const { peer, place, answers } = JSON.parse(process.argv[2] ?? '{}') as Spec

try {
  const end = await FarEnd.serve(peerNamed(peer), place, answers, isMainThread)
  const obey = async (order: FarOrder) => {
    switch (order.far) {
      case 'begin':
        return report({ far: 'ready', memory: await end.begin(order.count, order.watched) })
      case 'complete':
        return report(await end.complete().catch(failure))
      case 'end':
        await end.close()
        return leave()
    }
  }
  const hear = (message: unknown) => {
    const order = message as FarOrder
    if (typeof order === 'object' && 'far' in order) void obey(order) // others are the round's own
  }
  if (parentPort === null) process.on('message', hear)
  else parentPort.on('message', hear)
  process.once('disconnect', () => process.exit())
  report({ far: 'ready', memory: 0 })
} catch (error) {
  report(failure(error))
  leave()
}

function report(what: FarReport): void {
  if (parentPort === null) process.send?.(what)
  else parentPort.postMessage(what)
}

function failure(error: unknown): FarReport {
  return { far: 'failed', why: error instanceof Error ? error.message : String(error) }
}

/** Ends the line, and with it all that holds this end. */
function leave(): void {
  if (parentPort === null) process.disconnect()
  else parentPort.close()
}
