// Terminates a thread that listens, and then knocks at what it left behind. Ends with 0 if it survives.
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createTestContext } from 'signalbox/testing'
import { namedPipe } from 'signalbox/transports/named-pipe'

const folder = String(isMainThread ? process.argv[2] : workerData)
const context = createTestContext(folder)
const transport = namedPipe()
const address = transport.nodeAddress('test', `terminated-${process.pid}`)

if (isMainThread) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: folder })
  await once(worker, 'message')
  await worker.terminate()
  const left = await transport.connect(address, context)
  left.receive(() => {})
  left.abort()
  await left.closed
  process.exit(0)
} else {
  const listener = await transport.listen(address, context)
  listener.connections$.subscribe()
  parentPort?.postMessage('listening')
}
