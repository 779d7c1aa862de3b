// One end of named pipes in a process of its own, told what to do over IPC:
//   { listen: name }   listens, and sends back what it receives
//   { connect: name }  connects, and sends back what it receives
//   'close'            closes everything, and lets go of the channel: the process must end by itself
//   'exit'             calls process.exit with everything open
import { createTestContext } from 'signalbox/testing'
import { namedPipe } from 'signalbox/transports/named-pipe'

const context = createTestContext(process.argv[2] ?? '')
const transport = namedPipe()
type Listener = Awaited<ReturnType<typeof transport.listen>>
type Connection = Awaited<ReturnType<typeof transport.connect>>

export type Order = { readonly listen: string } | { readonly connect: string } | 'close' | 'exit'

/** What the peer tells: the end of an order, and of its connections. */
export type Report =
  | { readonly event: 'listening' }
  | { readonly event: 'connected'; readonly remote: Connection['remote'] }
  | { readonly event: 'failed'; readonly code: string }
  | { readonly event: 'closed'; readonly by: string }

const connections = new Set<Connection>()
const listeners = new Set<Listener>()

process.on('message', (order: Order) => {
  obey(order).catch(error => {
    tell({ event: 'failed', code: error.code ?? String(error) })
  })
})

async function obey(order: Order): Promise<void> {
  if (order === 'exit') process.exit(0)
  if (order === 'close') return closeAll()
  if ('listen' in order) {
    const listener = await transport.listen(transport.nodeAddress('test', order.listen), context)
    listeners.add(listener)
    listener.connections$.subscribe(echo)
    tell({ event: 'listening' })
  } else {
    echo(await transport.connect(transport.nodeAddress('test', order.connect), context))
  }
}

function echo(connection: Connection): void {
  connections.add(connection)
  connection.receive(({ bytes }) => void connection.send(bytes))
  void connection.closed.then(({ by }) => {
    connections.delete(connection)
    tell({ event: 'closed', by })
  })
  tell({ event: 'connected', remote: connection.remote })
}

async function closeAll(): Promise<void> {
  await Promise.all([...connections, ...listeners].map(open => open.close()))
  process.disconnect()
}

function tell(report: Report): void {
  process.send?.(report)
}
