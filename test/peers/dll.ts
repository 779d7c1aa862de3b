// A process that has a library's shared section in common with the one that started it:
//   add <folder> <name> <bytes> <count>     tells 'ready', waits for a message, and adds so often to the first integer
//   hold <folder> <from> <to>               opens an endpoint, sends one packet, and stays
//   flood <folder> <from> <to>              writes numbered packets for ever, and reads what comes
import { firstValueFrom } from 'rxjs'
import { dll, SharedDll } from 'signalbox/transports/dll'
import { parseAddress } from '#dist/core/contracts/index.js'
import { createTestContext } from '#dist/testing/test-context.js'
import { readNumbered, writeNumbered } from './numbered-packet.js'

const [what, folder = '', ...rest] = process.argv.slice(2)
const tell = (message: unknown) => process.send?.(message)

if (what === 'add') await add(...(rest as [string, string, string]))
else await converse(...(rest as [string, string]))

async function add(name: string, bytes: string, count: string): Promise<void> {
  const shared = await SharedDll.open(name, Number(bytes), { runtimeFolder: folder })
  const words = new Int32Array(shared.buffer)
  process.once('message', () => {
    for (let left = Number(count); left > 0; left -= 1) Atomics.add(words, 0, 1)
    tell(words[0])
    shared.unload()
    process.disconnect()
  })
  tell(shared.path)
}

async function converse(from: string, to: string): Promise<void> {
  const endpoint = await dll().open(parseAddress(from), createTestContext(folder))
  const peer = parseAddress(to)
  // What is sent before it is here reaches nobody: it counts from the first packet on.
  let expected: number | undefined
  endpoint.packets$.subscribe(({ bytes }) => {
    const number = readNumbered(bytes)
    if (number === undefined || number !== (expected ?? number)) tell('corrupt')
    expected = (number ?? 0) + 1
  })
  for (let number = 0; ; number += 1) {
    const packet = writeNumbered(number)
    while (endpoint.send(packet, peer) === 'full') await firstValueFrom(endpoint.writable$)
    if (what === 'hold') return
    if (number % 16 === 0) await new Promise(setImmediate)
  }
}
