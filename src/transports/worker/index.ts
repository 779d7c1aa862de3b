import type { MessagePort } from 'node:worker_threads'
import type { IntroducedTransport } from '../../core/contracts/index.js'
import { WorkerTransport } from './transport.js'

/**
 * Connections between threads of one process: whole frames, in order. All frames of a turn of the event loop travel
 * in one message, and what was written in place is transferred, not copied. Ports have no flow control: what a
 * reader does not take waits in memory, and only the credit of a link bounds it.
 *
 * A port has no name, so its two ends are handed over: one of `pair()` stays, the other one is transferred to the other
 * thread, and both sides adopt theirs. Nodes in threads are introduced by the thread that started them: see
 * `spawnWorkerNode`.
 *
 * @example
 * ```ts
 * import { parseAddress, systemContext } from 'signalbox'
 * import { worker } from 'signalbox/transports/worker'
 *
 * const context = await systemContext()
 * const address = parseAddress('worker://./orders')
 * const [ours, theirs] = worker().pair() // `theirs` may be transferred to any thread
 * const shop = worker().adopt(theirs, address, context)
 * const till = worker().adopt(ours, address, context)
 *
 * shop.receive(({ bytes }) => console.log(Buffer.from(bytes).toString()))
 * till.send(Buffer.from('one coffee'))
 * await till.close()
 * await shop.closed
 * ```
 */
export function worker(): IntroducedTransport<MessagePort> {
  return new WorkerTransport()
}
