import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { introducedThread } from '../../composition/threads/thread-origin.js'
import { compiledEntry } from './compiled-entry.js'
import { latestOf } from './latest-of.js'
import type { OpenBody } from './peer-body.js'
import type { PeerReport } from './peer-protocol.js'

/** A second thread of this process, which this one introduces. It is killed by terminating it. */
export const inThread: OpenBody = (source, runtimeFolder, reported) => {
  const thread = new Worker(
    compiledEntry('peer-main'),
    introducedThread({
      argv: [JSON.stringify(source), runtimeFolder],
      execArgv: [],
      stdout: true,
      stderr: true,
    }),
  )
  let alive = true
  let thrown = ''
  const errors = latestOf(thread.stderr)
  thread.stdout.resume()
  thread.on('message', message => reported(message as PeerReport))
  thread.on('error', error => {
    thrown = error.stack ?? error.message
  })
  const ended = once(thread, 'exit').then(([status]) => {
    alive = false
    return { status, errors: errors() + thrown }
  })
  return {
    name: `thread ${thread.threadId}`,
    pid: process.pid,
    get alive() {
      return alive
    },
    ended,
    order: order => thread.postMessage(order),
    kill: () => void thread.terminate(),
    signal: signal => {
      throw new Error(`a thread cannot be sent ${signal}`)
    },
  }
}
