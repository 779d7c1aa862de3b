import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { compiledEntry } from './compiled-entry.js'
import type { ThreadTask } from './exchange-main.js'

/** Runs both ends of an exchange in a worker thread; resolves with its exit code when it has ended by itself. */
export async function exchangeInThread(task: ThreadTask): Promise<number> {
  const thread = new Worker(compiledEntry('exchange-main'), { workerData: task, execArgv: [] })
  // `once` rejects with what the thread threw, should it emit `error` instead.
  const [code] = (await once(thread, 'exit')) as [number]
  return code
}
