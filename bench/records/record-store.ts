import type { Script } from '../pair/payload.js'
import type { Receiver } from '../pair/receiver.js'

/** A file of records, however it is written and read. */
export interface RecordStore {
  /** Appends records 0 to `count - 1`. */
  append(count: number, script: Script): Promise<void>
  /** Gives the `count` records that were appended last to `receiver`, and is done with them. */
  read(count: number, receiver: Receiver): Promise<void>
  close(): Promise<void>
}
