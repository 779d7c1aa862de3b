import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker, type WorkerOptions } from 'node:worker_threads'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'
import type { Node } from '../node.js'
import { introducedThread } from './thread-origin.js'
import { type Started, WorkerNode } from './worker-node.js'

/** What {@link spawnWorkerNode} takes: what a `Worker` does, and whom the node is linked with. */
export interface SpawnWorkerOptions extends Omit<WorkerOptions, 'workerData' | 'eval'> {
  /** The node of this thread that the new one is linked with. */
  readonly parent: Node
  /** What the program finds in its `workerData`, beside what Signalbox puts there. @default nothing */
  readonly workerData?: Readonly<Record<string, unknown>>
}

/**
 * Starts a thread whose program starts a node, and links the two: the program calls `startNode`, with the namespace of the
 * parent and a name of its own. The thread alone does not keep the process alive. When it ends, however it does,
 * what was on its way to it is `PEER_LOST` at once.
 *
 * On Windows, close it rather than terminate its thread: a thread that is terminated in the middle of a call of the system
 * may take the process with it.
 * @param program compiled JavaScript, such as `new URL('./counter.js', import.meta.url)`
 * @throws SignalboxError `PEER_LOST` where the thread ends before its node runs; why the two could not be linked
 * @example
 * await using counter = await spawnWorkerNode(new URL('./counter.js', import.meta.url), { parent: shop })
 */
export async function spawnWorkerNode(
  program: string | URL,
  { parent, ...options }: SpawnWorkerOptions,
): Promise<WorkerNode> {
  const { port1: line, port2: theirs } = new MessageChannel()
  const thread = new Worker(program, introducedThread(options, theirs))
  try {
    const name = await startedIn(thread, line, program)
    line.unref()
    const node = new WorkerNode(name, thread, line)
    await parent.connect(name)
    thread.unref()
    // A thread that throws ends, which its peers see; whoever wants to know what it threw listens to `thread`.
    thread.on('error', () => {})
    return node
  } catch (error) {
    await thread.terminate()
    throw error
  }
}

async function startedIn(thread: Worker, line: MessagePort, program: string | URL): Promise<string> {
  const over = new AbortController()
  const { signal } = over
  const lost = (why: string, cause?: unknown) =>
    new SignalboxError('PEER_LOST', `${program}: its thread ended before it started a node (${why})`, {
      cause,
    })
  try {
    return await Promise.race([
      once(line, 'message', { signal }).then(([started]) => (started as Started).name),
      once(thread, 'exit', { signal }).then(
        ([code]) => Promise.reject(lost(`exit code ${code}; the program has to call startNode`)),
        error => Promise.reject(lost(reasonOf(error), error)),
      ),
    ])
  } finally {
    over.abort()
  }
}
