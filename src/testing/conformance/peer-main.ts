/**
 * The second process of the conformance suite.
 * Arguments: the source of the transport as JSON, the runtime folder.
 */
import { isSignalboxError, reasonOf } from '../../core/contracts/errors.js'
import { createTestContext } from '../test-context.js'
import { PeerHost } from './peer-host.js'
import type { PeerCall, PeerOrder, PeerReport } from './peer-protocol.js'
import { loadTransport, type TransportSource } from './transport-source.js'

const [source = '', runtimeFolder = ''] = process.argv.slice(2)
const transport = await loadTransport(JSON.parse(source) as TransportSource)
const host = new PeerHost(transport, createTestContext(runtimeFolder))

process.on('message', message => {
  const order = message as PeerOrder
  if ('call' in order) void run(order).then(report => process.connected && process.send?.(report))
  else if (order.leave === 'exit') process.exit(0)
  else {
    process.off('disconnect', exit)
    process.disconnect()
  }
})
// An orphan has nothing left to do.
process.on('disconnect', exit)

function exit(): void {
  process.exit(1)
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
