// Terminates a thread that has a slot open and waits for packets, then sends to what it left. Exits with 0
// when the process survives that.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { parseAddress } from 'signalbox'
import { createTestContext } from 'signalbox/testing'
import { mailslot } from 'signalbox/transports/mailslot'

const context = createTestContext('')
const place = parseAddress(`mailslot://./terminated-${process.pid}`)

if (isMainThread) await terminateAndSend()
else await listen()

async function listen(): Promise<void> {
  const endpoint = await mailslot().open(place, context)
  endpoint.packets$.subscribe(() => parentPort?.postMessage('arrived'))
  parentPort?.postMessage('open')
}

async function terminateAndSend(): Promise<void> {
  const thread = new Worker(new URL(import.meta.url))
  await once(thread, 'message')
  const own = await mailslot().open(parseAddress(`mailslot://./terminator-${process.pid}`), context)
  const arrived = once(thread, 'message')
  own.send(Buffer.from('while it lives'), place)
  await arrived
  await thread.terminate()
  // The slot is open until the process ends, and its bell rings for nobody.
  for (let count = 0; count < 10; count += 1) own.send(Buffer.from('when it is gone'), place)
  await own.close()
}
