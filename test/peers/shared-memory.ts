// One end of a connection over shared memory in a process of its own: node shared-memory.js <runtime folder> <address> <how>
//   hammer <count>   sends that many frames of the test's stamp, and checks those that come, every byte
//   leave            sends a large and a small frame, says so, and waits to be killed
import { parseAddress } from 'signalbox'
import { createTestContext } from 'signalbox/testing'
import { sharedMemory } from 'signalbox/transports/shared-memory'
import { Stamps } from './stamps.js'

const [folder = '', address = '', how = '', count = '0'] = process.argv.slice(2)
const connection = await sharedMemory().connect(parseAddress(address), createTestContext(folder))

if (how === 'leave') {
  connection.send(new Uint8Array(100_000).fill(1))
  connection.send(new Uint8Array(10).fill(2))
  setImmediate(() => process.send?.('left'))
} else {
  const stamps = new Stamps(Number(count))
  const arrived = stamps.expect(connection)
  await stamps.sendTo(connection)
  await arrived
  await connection.close()
  process.disconnect()
}
