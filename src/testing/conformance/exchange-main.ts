/** A thread that listens, connects to itself, sends a script, and has to end by itself afterwards. */
import { workerData } from 'node:worker_threads'
import { createTestContext } from '../test-context.js'
import type { LinkSettings } from './link-settings.js'
import { PeerHost } from './peer-host.js'
import type { Script } from './script.js'
import { loadTransport, type TransportSource } from './transport-source.js'

/** What the thread is given. */
export interface ThreadTask {
  readonly source: TransportSource
  readonly runtimeFolder: string
  readonly address: string
  readonly script: Script
  /** Through a link of these settings; without them over the bare track. */
  readonly link?: LinkSettings
}

const task = workerData as ThreadTask
const host = new PeerHost(await loadTransport(task.source), createTestContext(task.runtimeFolder))
const { listener, address } = await host.listen(task.address, task.link === undefined ? 'bare track' : 'link')
const [accepted, connected] = await Promise.all([
  host.accept(listener, task.link),
  host.connect(address, task.link),
])
await Promise.all([host.tell(accepted, 'expect', [task.script]), host.tell(connected, 'send', [task.script])])
await host.reset()
