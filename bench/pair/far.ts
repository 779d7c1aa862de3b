import type { ChildProcess } from 'node:child_process'
import type { FarReport } from './far-orders.js'

/** What the far end says of a round. */
export type Observed = Extract<FarReport, { far: 'complete' }>

/** The far end of a pair, as the near one sees it. */
export interface Far {
  /** Its process, where that is not the one of the near end. */
  readonly child: ChildProcess | undefined
  /**
   * Announces a round of `count` messages; resolves when it is ready for them, with the MiB that its process has held at most.
   * @param watched whether it looks how late its event loop is. @default false
   */
  begin(count: number, watched?: boolean): Promise<number>
  /** Resolves when all messages of the round have come. @throws when one was not what it should be */
  complete(): Promise<Observed>
  close(): Promise<void>
}
