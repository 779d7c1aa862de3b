// Sends messages over a link through shared memory: node large-messages.js <runtime folder> <address> <bytes> <how many>
// Each is filled with its number.
import { parseAddress } from 'signalbox'
import { createTestContext, DialledSession } from 'signalbox/testing'
import { sharedMemory } from 'signalbox/transports/shared-memory'

const [folder = '', address = '', size = '', count = ''] = process.argv.slice(2)
const way = { transport: sharedMemory(), address: parseAddress(address) }
const session = await DialledSession.dial([way], createTestContext(folder), {})
const lane = session.link.openLane(Buffer.from('large'))
const message = new Uint8Array(Number(size))
const heard: Promise<void>[] = []
for (let n = 1; n <= Number(count); n++) heard.push(lane.send(new Uint8Array(), message.fill(n)))
await Promise.all(heard)
await session.link.close()
process.disconnect()
