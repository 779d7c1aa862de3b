import { type MessagePort, type TransferListItem, type WorkerOptions, workerData } from 'node:worker_threads'
import { lineToNewThread, threadTree } from './thread-kin.js'

/** Where in a thread's `workerData` stands what its node has from the one that started it. */
const KEY = 'signalbox'

/** What a thread has from the one that started it. */
export interface ThreadOrigin {
  /** The line over which it is introduced. */
  readonly line: MessagePort
  /** Where its node says that it runs, and hears that it should close; not for every thread. */
  readonly node?: MessagePort
}

/** What this thread has from the one that started it; undefined for the main thread, and for threads started otherwise. */
export function threadOrigin(): ThreadOrigin | undefined {
  return (workerData as Readonly<Record<string, ThreadOrigin>> | null | undefined)?.[KEY]
}

/** What introduces this thread to others: one for all that runs in it. */
export const threadIntroducer = threadTree(threadOrigin()?.line)

/** What a `Worker` is to be started with, so that its thread is introduced by this one. */
export function introducedThread(
  options: WorkerOptions = {},
  node?: MessagePort,
): WorkerOptions & { readonly workerData: object } {
  const line = lineToNewThread(threadIntroducer)
  const ports: TransferListItem[] = node === undefined ? [line] : [line, node]
  const origin: ThreadOrigin = node === undefined ? { line } : { line, node }
  return {
    ...options,
    workerData: { ...(options.workerData as object | undefined), [KEY]: origin },
    transferList: [...(options.transferList ?? []), ...ports],
  }
}
