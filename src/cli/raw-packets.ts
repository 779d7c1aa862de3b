import { firstValueFrom } from 'rxjs'
import {
  type Address,
  type Endpoint,
  type PacketTransport,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../core/contracts/index.js'
import type { FramePrinter } from './frame-printer.js'

/**
 * Prints the packets that arrive at an endpoint, until there were enough. The mechanism cannot be stopped:
 * what the output does not take at once waits in memory.
 */
export function printPackets({ packets$ }: Endpoint, printer: FramePrinter): void {
  const subscription = packets$.subscribe({
    next: ({ bytes }) => {
      try {
        printer.print(bytes)?.catch(() => {}) // nobody reads the output any more; the listener ends because of it
      } catch {
        subscription.unsubscribe() // there were enough
      }
    },
    error: () => {}, // the endpoint's end says it as well
  })
}

/**
 * Sends each frame as a packet, from an endpoint of its own. Resolves when all have left.
 * @throws SignalboxError `NO_LISTENER` where the mechanism tells that nobody is there; `CLOSED`;
 * `FRAME_TOO_LARGE`; what opening an endpoint throws
 */
export async function sendPackets(
  transport: PacketTransport,
  to: Address,
  frames: AsyncIterable<Uint8Array>,
  context: TransportContext,
  options: TransportOptions,
): Promise<void> {
  const unique = Buffer.from(context.random.bytes(16)).toString('hex')
  const own = transport.returnAddress?.(to, unique) ?? transport.nodeAddress('return', unique)
  const endpoint = await transport.open(own, context, options)
  let lost = false
  endpoint.unreachable$?.subscribe(() => {
    lost = true
  })
  try {
    const receiver = transport.describe(to).group === 'always' ? 'all' : to
    for await (const frame of frames) {
      await put(endpoint, frame, receiver)
      if (lost) break
    }
  } finally {
    await endpoint.close()
  }
  if (lost) throw new SignalboxError('NO_LISTENER', `${to.href}: nobody listens there; start its owner`)
}

async function put(endpoint: Endpoint, frame: Uint8Array, to: Address | 'all'): Promise<void> {
  while (endpoint.send(frame, to) === 'full') {
    const writable = await firstValueFrom(endpoint.writable$, { defaultValue: 'ended' as const })
    if (writable !== 'ended') continue
    const reason = await endpoint.closed
    throw reason.by === 'fault'
      ? reason.error
      : new SignalboxError('CLOSED', `${endpoint.address.href}: the endpoint ended`)
  }
}
