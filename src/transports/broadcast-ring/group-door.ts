import { isSignalboxError, type Rendezvous, type RendezvousOptions } from '../../core/contracts/index.js'
import { doorPlace } from './group-address.js'

/**
 * Runs `enter` while nobody else does for this group: so of two that come, one finds the other. Whoever has to wait is connected
 * with the one inside, and tries again when that is done or dead.
 * @throws SignalboxError `ABORTED`, `ACCESS_DENIED`, and what `enter` throws
 */
export async function throughDoor<T>(
  group: string,
  rendezvous: Rendezvous,
  options: RendezvousOptions,
  enter: () => Promise<T>,
): Promise<T> {
  const door = doorPlace(group)
  for (;;) {
    try {
      const inside = await rendezvous.listen(door, options)
      const waiting = inside.connections$.subscribe(connection => {
        waiting.add(() => connection.abort())
      })
      try {
        return await enter()
      } finally {
        await inside.close()
        waiting.unsubscribe()
      }
    } catch (error) {
      if (!isSignalboxError(error, 'ADDRESS_IN_USE')) throw error
    }
    try {
      const turn = await rendezvous.connect(door, options)
      turn.receive(() => {})
      await turn.closed
    } catch (error) {
      if (!isSignalboxError(error, 'NO_LISTENER')) throw error
    }
  }
}
