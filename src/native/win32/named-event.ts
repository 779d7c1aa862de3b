import type { NamedEvent } from '../synchronisation/named-objects.js'
import { kernel32 } from './kernel32.js'
import { isTakenAtOnce, openNamedObject } from './named-object.js'
import { WaitThread } from './wait-thread.js'

/**
 * The event `Local\<name>` of the system. Follows CreateEventW.
 * @throws SignalboxError `ADDRESS_INVALID`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `SYSTEM`
 */
export async function openNamedEvent(name: string, manual: boolean, isSet: boolean): Promise<NamedEvent> {
  const { CreateEventW, SetEvent, ResetEvent, CloseHandle } = kernel32()
  const event = openNamedObject('event', name, (security, path) =>
    CreateEventW(security, manual ? 1 : 0, isSet ? 1 : 0, path),
  )
  const { object } = event
  const tryWait = () => isTakenAtOnce(object)
  // One that is reset by hand is taken by nobody.
  const giveBack = manual ? () => {} : SetEvent
  return {
    set: () => void SetEvent(object),
    reset: () => void ResetEvent(object),
    tryWait,
    async wait(signal) {
      if (!tryWait()) await WaitThread.ofThisThread().take(event, signal, giveBack)
    },
    close: () => void CloseHandle(object),
  }
}
