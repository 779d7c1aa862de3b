/**
 * The second process, or thread, of the conformance suite.
 * Arguments: the source of the transport as JSON, the runtime folder.
 */
import { type MessagePort, parentPort } from 'node:worker_threads'
import { isSignalboxError, reasonOf } from '../../core/contracts/errors.js'
import { createTestContext } from '../test-context.js'
import { PeerHost } from './peer-host.js'
import type { PeerCall, PeerOrder, PeerReport } from './peer-protocol.js'
import { loadTransport, type TransportSource } from './transport-source.js'

const [source = '', runtimeFolder = ''] = process.argv.slice(2)
const transport = await loadTransport(JSON.parse(source) as TransportSource)
const host = new PeerHost(transport, createTestContext(runtimeFolder))

const channel = parentPort === null ? overIpc() : overPort(parentPort)

/** How this peer hears what to do, and answers. */
interface Channel {
  report(report: PeerReport): void
  /** Ends the channel, so that only what the transport holds open keeps the peer alive. */
  release(): void
}

function overIpc(): Channel {
  // An orphan has nothing left to do.
  const exit = () => process.exit(1)
  process.on('message', message => obey(message as PeerOrder))
  process.on('disconnect', exit)
  return {
    report: report => process.connected && process.send?.(report),
    release: () => {
      process.off('disconnect', exit)
      process.disconnect()
    },
  }
}

function overPort(port: MessagePort): Channel {
  port.on('message', message => obey(message as PeerOrder))
  return { report: report => port.postMessage(report), release: () => port.close() }
}

function obey(order: PeerOrder): void {
  if ('call' in order) void run(order).then(report => channel.report(report))
  else if (order.leave === 'exit') process.exit(0)
  else channel.release()
}

async function run({ call, command, args }: PeerCall): Promise<PeerReport> {
  try {
    const method = host[command] as (...args: readonly unknown[]) => Promise<unknown>
    return { call, value: await method.apply(host, args) }
  } catch (error) {
    const code = isSignalboxError(error) ? { code: error.code } : {}
    return { call, error: { ...code, message: reasonOf(error) } }
  }
}
