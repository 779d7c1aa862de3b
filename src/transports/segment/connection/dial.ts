import {
  type Address,
  type Connection,
  isSignalboxError,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../../core/contracts/index.js'
import { ControlLine } from '../control-line.js'
import { askForMemory } from '../introduce.js'
import type { Sizes } from '../layout.js'
import { rephrased } from '../rephrased.js'
import type { SegmentSource } from '../segment-source.js'
import { SegmentConnection } from './segment-connection.js'

/**
 * Connects to whoever listens at `address`.
 * @param mine the sizes that this side would like at most
 * @param spin whether this side may spin
 * @param segments where the listener's memory is found
 */
export async function dial(
  address: Address,
  context: TransportContext,
  { signal }: TransportOptions,
  mine: Sizes,
  spin: boolean,
  segments: SegmentSource,
): Promise<Connection> {
  const { rendezvous, clock } = context
  const what = `connect to ${address.href}`
  throwIfAborted(what, signal)
  const control = await rendezvous.connect(address, signal === undefined ? {} : { signal }).catch(error => {
    throw rephrased(what, error)
  })
  const line = new ControlLine(control)
  const shared = await askForMemory({ line, what, mine, clock, signal }, segments).catch(error => {
    // Nobody listens who hangs up on us: its process ended at this moment, or nobody wanted its connections.
    throw isSignalboxError(error, 'CLOSED')
      ? new SignalboxError('NO_LISTENER', error.message, { cause: error })
      : error
  })
  const { href: name } = address
  return new SegmentConnection({ name, role: 'dialler', control: line, clock, spin, ...shared })
}
