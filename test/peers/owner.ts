// A process that has one of everything that a killed process leaves behind, and tells which: node owner.js <runtime folder>
//   owner.js <runtime folder>           has it until it is killed
//   owner.js <runtime folder> restless  makes it and removes it, over and over, and tells each step
import { parseAddress } from 'signalbox'
import { namedPipe } from 'signalbox/transports/named-pipe'
import { Directory } from '#dist/core/node/directory.js'
import { processTable } from '#dist/native/process-table.js'
import { createTestContext } from '#dist/testing/test-context.js'
import { FileSegments } from '#dist/transports/file-mapping/file-segments.js'
import { Segments } from '#dist/transports/segment/segments.js'

/** What an owner has. */
export interface Belongings {
  /** The name of its memory. */
  readonly segment: string
  /** The name of its file of memory. */
  readonly file: string
  /** Where it listens. */
  readonly address: string
}

const [folder = '', mood] = process.argv.slice(2)
const context = createTestContext(folder)
const directory = new Directory({ folder, namespace: 'Orders', processes: processTable, log: context.log })
const [segments, files] = [new Segments(folder), new FileSegments(folder)]

async function take(step: () => Promise<void>) {
  const memory = segments.create(4096)
  await step()
  const file = files.create(4096)
  await step()
  const address = parseAddress(`named-pipe://./owner-${process.pid}`)
  const listener = await namedPipe().listen(address, context)
  listener.connections$.subscribe(connection => void connection.close())
  await step()
  const name = `owner-${process.pid}`
  const announcement = await directory.announce({ name, incarnation: '00', addresses: [] })
  await step()
  return { memory, file, listener, announcement }
}

const tell = (message: Belongings | 'step') =>
  new Promise<void>(resolve => process.send?.(message, () => resolve()))

if (mood === 'restless') {
  const step = () => tell('step')
  for (;;) {
    const { memory, file, listener, announcement } = await take(step)
    await announcement.withdraw()
    await step()
    await listener.close()
    await step()
    file.unlink()
    file.close()
    await step()
    segments.unlink(memory)
    memory.close()
    await step()
  }
}
const { memory, file, listener } = await take(async () => {})
await tell({ segment: memory.name, file: file.name, address: listener.address.href })
