import { onceSignalled } from '../../native/win32/handle-wait.js'
import { type Handle, kernel32, NO_HANDLE, win32Failure } from '../../native/win32/kernel32.js'
import { companionNameOf } from './slot-name.js'

const EVENT_MODIFY_STATE = 2

/**
 * Tells the reader of a slot that something arrived, because a mailslot cannot be waited for without a thread
 * that blocks. Writers of Signalbox ring it after each message; a ring that nobody waits for is kept.
 */
export class Doorbell {
  private constructor(private readonly event: Handle) {}

  /**
   * The reader's end.
   * @param security SECURITY_ATTRIBUTES
   * @throws SignalboxError `SYSTEM`, `ACCESS_DENIED`
   */
  static create(path: string, security: Uint8Array): Doorbell {
    const event = kernel32().CreateEventW(security, 0, 0, companionNameOf(path, 'bell'))
    if (event === NO_HANDLE) throw win32Failure(`CreateEventW for ${path}`)
    return new Doorbell(event)
  }

  /** A writer's end; undefined where the reader has none, as foreign programs. */
  static open(path: string): Doorbell | undefined {
    const event = kernel32().OpenEventW(EVENT_MODIFY_STATE, 0, companionNameOf(path, 'bell'))
    return event === NO_HANDLE ? undefined : new Doorbell(event)
  }

  ring(): void {
    kernel32().SetEvent(this.event)
  }

  /**
   * Runs `then` once, when it rings or after so many ms.
   * @returns what cancels that; harmless twice
   * @throws SignalboxError `SYSTEM`
   */
  wait(milliseconds: number, then: (rang: boolean) => void): () => void {
    return onceSignalled(this.event, timedOut => then(!timedOut), milliseconds)
  }

  /** Once only, and not during a wait. */
  close(): void {
    kernel32().CloseHandle(this.event)
  }
}
