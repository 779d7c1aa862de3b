import type { Address } from '../../core/contracts/address.js'
import type { TransportContext } from '../../core/contracts/context.js'
import type { ConnectionTransport } from '../../core/contracts/transport.js'

/** Connections at one time. Some systems take 50 ms for a close, which several can spend together. */
const AT_ONCE = 8

/** Connects `times` times to `address`, and closes each connection as soon as it is there. */
export async function openAndClose(
  transport: ConnectionTransport,
  context: TransportContext,
  address: Address,
  times: number,
): Promise<void> {
  let left = times
  const oneAfterAnother = async () => {
    for (; left > 0; ) {
      left -= 1
      const connection = await transport.connect(address, context)
      await connection.close()
      await connection.closed
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterAnother))
}
