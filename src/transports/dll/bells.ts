import { createHash } from 'node:crypto'
import { type Handle, kernel32, NO_HANDLE, win32Failure } from '../../native/win32/kernel32.js'
import { privateSecurity } from '../../native/win32/private-security.js'

const FOREVER_ENOUGH = 5000
const WAIT_TIMEOUT = 0x102

/**
 * The kernel objects that belong to a library: an event for each slot, which wakes its owner, and a mutex for those who claim
 * one. A ring that nobody waits for yet is kept.
 */
export class Bells {
  readonly #prefix: string
  readonly #events = new Map<number, Handle>()

  /** @param path of the library; Windows does not tell case apart there, and does in names of objects */
  constructor(path: string) {
    const digest = createHash('sha256').update(path.toLowerCase()).digest('hex')
    this.#prefix = `Global\\signalbox-dll-${digest}`
  }

  /** The event of a slot; it stays open until `close`. @throws SignalboxError `SYSTEM`, `ACCESS_DENIED` */
  of(slot: number): Handle {
    let event = this.#events.get(slot)
    if (event === undefined) {
      event = kernel32().CreateEventW(privateSecurity(), 0, 0, `${this.#prefix}-bell-${slot}`)
      if (event === NO_HANDLE) throw win32Failure('CreateEventW for a slot of a library')
      this.#events.set(slot, event)
    }
    return event
  }

  ring(slot: number): void {
    kernel32().SetEvent(this.of(slot))
  }

  /**
   * Runs `claim` while no other process or thread does. They take microseconds for it; one that dies meanwhile makes way.
   * @throws SignalboxError `SYSTEM`, also when somebody takes longer than 5 s; what `claim` throws
   */
  whileNobodyElse<T>(claim: () => T): T {
    const { CreateMutexW, WaitForSingleObject, ReleaseMutex, CloseHandle } = kernel32()
    const mutex = CreateMutexW(privateSecurity(), 0, `${this.#prefix}-claims`)
    if (mutex === NO_HANDLE) throw win32Failure('CreateMutexW for a library')
    try {
      const waited = WaitForSingleObject(mutex, FOREVER_ENOUGH)
      if (waited >= WAIT_TIMEOUT)
        throw win32Failure('WaitForSingleObject for the claims of a library', waited)
      try {
        return claim()
      } finally {
        ReleaseMutex(mutex)
      }
    } finally {
      CloseHandle(mutex)
    }
  }

  /** Not while somebody waits for one of them. */
  close(): void {
    for (const event of this.#events.values()) kernel32().CloseHandle(event)
    this.#events.clear()
  }
}
