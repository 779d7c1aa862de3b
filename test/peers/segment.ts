// One end of a connection over shared memory, or in a file, in a process of its own: node segment.js <runtime folder> <address> <how>
//   hammer <count>   sends that many frames of the test's stamp, and checks those that come, every byte
//   leave            sends a large and a small frame, says so, and waits to be killed
//   flood dial       sends frames of the test's stamp for ever, checks those that come, and waits to be killed
//   flood listen     the same, for whoever connects to it; says 'listening'
import { firstValueFrom } from 'rxjs'
import { fileMapping } from 'signalbox/transports/file-mapping'
import { sharedMemory } from 'signalbox/transports/shared-memory'
import { parseAddress } from '#dist/core/contracts/index.js'
import { createTestContext } from '#dist/testing/test-context.js'
import { Stamps } from './stamps.js'

const [folder = '', address = '', how = '', detail = ''] = process.argv.slice(2)
const place = parseAddress(address)
const context = createTestContext(folder)
const transport = place.scheme === 'file-mapping' ? fileMapping() : sharedMemory()
const connection = detail === 'listen' ? await accepted() : await transport.connect(place, context)

if (how === 'flood') {
  const stamps = new Stamps(Number.POSITIVE_INFINITY)
  void stamps.sendTo(connection)
  await stamps.expect(connection)
} else if (how === 'leave') {
  connection.send(new Uint8Array(100_000).fill(1))
  connection.send(new Uint8Array(10).fill(2))
  setImmediate(() => process.send?.('left'))
} else {
  const stamps = new Stamps(Number(detail))
  const arrived = stamps.expect(connection)
  await stamps.sendTo(connection)
  await arrived
  await connection.close()
  process.disconnect()
}

async function accepted() {
  const listener = await transport.listen(place, context)
  const arrived = firstValueFrom(listener.connections$)
  process.send?.('listening')
  return arrived
}
