import type { Observable } from 'rxjs'
import type { Address } from './address.js'

/** What a slot holds at one moment. */
export interface SlotContent {
  /** Another one after every write, by whomever. */
  readonly version: number
  /** Empty where nothing was written yet. They are the reader's own. */
  readonly bytes: Uint8Array
}

/** One place that several processes read and overwrite, and that holds one thing at a time. */
export interface SharedSlot {
  readonly address: Address
  /** Bytes of the largest content. */
  readonly capacity: number
  read(): SlotContent
  /**
   * Overwrites the content of `version`, and nothing newer: false when somebody else was faster. Atomic among all
   * who use this contract; foreign programs may overwrite at any time.
   * @throws SignalboxError `FRAME_TOO_LARGE` over the capacity.
   */
  write(version: number, bytes: Uint8Array): boolean
  /** Emits after others wrote, never from inside `write`; sometimes once for several writes, or for none. Completes at close. */
  readonly changed$: Observable<void>
  /** Lets go of the slot and leaves its content. Closing twice is harmless. */
  close(): Promise<void>
}
