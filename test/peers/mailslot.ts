// A process with mailslots of its own, told what to do over IPC:
//   { open: path }                    opens the endpoint mailslot://./<path>, and tells what arrives there
//   { send: texts, to: path }         opens one of its own, and sends each text, waiting while the slot is full
//   'close'                           closes everything, and lets go of the channel: the process must end by itself
//   'exit'                            calls process.exit with everything open
import { firstValueFrom } from 'rxjs'
import { formatAddress } from 'signalbox'
import { createTestContext } from 'signalbox/testing'
import { mailslot } from 'signalbox/transports/mailslot'

const context = createTestContext('')
const transport = mailslot()
type Endpoint = Awaited<ReturnType<typeof transport.open>>

export type Order =
  | { readonly open: string }
  | { readonly send: readonly string[]; readonly to: string }
  | 'close'
  | 'exit'

/** What the peer tells: the end of an order, what arrived. */
export type Report =
  | { readonly event: 'open' }
  | { readonly event: 'sent' }
  | { readonly event: 'arrived'; readonly text: string }
  | { readonly event: 'failed'; readonly code: string; readonly message: string }

const endpoints = new Set<Endpoint>()

process.on('message', (order: Order) => {
  obey(order).catch(error => {
    tell({ event: 'failed', code: error.code ?? String(error), message: error.message })
  })
})

async function obey(order: Order): Promise<void> {
  if (order === 'exit') process.exit(0)
  if (order === 'close') return closeAll()
  if ('open' in order) {
    const endpoint = await openAt(order.open)
    endpoint.packets$.subscribe(({ bytes }) => {
      tell({ event: 'arrived', text: Buffer.from(bytes).toString() })
    })
    tell({ event: 'open' })
  } else {
    const own = await openAt(`peer-${process.pid}-${endpoints.size}`)
    for (const text of order.send) {
      while (own.send(Buffer.from(text), addressOf(order.to)) === 'full') await firstValueFrom(own.writable$)
    }
    tell({ event: 'sent' })
  }
}

async function openAt(path: string): Promise<Endpoint> {
  const endpoint = await transport.open(addressOf(path), context)
  endpoints.add(endpoint)
  return endpoint
}

function addressOf(path: string) {
  return formatAddress({ scheme: 'mailslot', host: '.', path })
}

async function closeAll(): Promise<void> {
  await Promise.all([...endpoints].map(endpoint => endpoint.close()))
  process.disconnect()
}

function tell(report: Report): void {
  process.send?.(report)
}
