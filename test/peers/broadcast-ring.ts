// A process that hears a ring, or writes one: node broadcast-ring.js <runtime folder> <name> <how> [<detail>]
//   hear <every>     reads and checks all that comes, pausing for a turn after so many; keeps a large one now and then;
//                    tells what came of it when the writer closed, or cut it off
//   stall            opens the ring, says so, and reads nothing; tells how it ended
//   write            writes for ever, to whoever hears it; says 'writes'
//   member           is in the group of that name, writes for ever, and checks what comes
import { firstValueFrom } from 'rxjs'
import { type BroadcastMessage, BroadcastRing, broadcastRing } from 'signalbox/transports/broadcast-ring'
import { formatAddress, type Release } from '#dist/core/contracts/index.js'
import { createTestContext } from '#dist/testing/test-context.js'
import { readNumbered, writeNumbered } from './numbered-packet.js'

const [folder = '', name = '', how = '', detail = '1'] = process.argv.slice(2)
const context = createTestContext(folder)
const tell = (message: unknown) => process.send?.(message)

if (how === 'write') await write()
else if (how === 'member') await belong()
else await hear()

async function write(): Promise<void> {
  const ring = await BroadcastRing.create(name, context)
  tell('writes')
  for (let number = 0; ; number++) {
    const packet = writeNumbered(number)
    while (ring.publish(packet) === 'full') await firstValueFrom(ring.writable$)
    if (number % 16 === 0) await new Promise(setImmediate)
  }
}

async function belong(): Promise<void> {
  const endpoint = await broadcastRing().open(
    formatAddress({ scheme: 'broadcast-ring', host: '.', path: name }),
    context,
  )
  endpoint.packets$.subscribe(({ bytes }) => {
    if (readNumbered(bytes) === undefined) tell('corrupt')
  })
  for (let number = 0; ; number++) {
    const packet = writeNumbered(number)
    while (endpoint.send(packet, 'all') === 'full') await firstValueFrom(endpoint.writable$)
    if (number % 16 === 0) await new Promise(setImmediate)
  }
}

async function hear(): Promise<void> {
  const reader = await BroadcastRing.open(name, context)
  const found = { heard: 0, lost: 0, last: -1, wrong: 0 }
  const kept: { readonly bytes: Uint8Array; readonly release: Release }[] = []
  const take = (message: BroadcastMessage) => {
    const release = kept.length < 4 && message.end - message.start > 10_000 ? message.retain() : undefined
    const number = readNumbered(message.bytes)
    if (number !== found.last + 1 + message.lost) found.wrong++
    found.heard++
    found.lost += message.lost
    found.last = number ?? found.last
    if (release !== undefined) kept.push({ bytes: message.bytes, release })
    else if (found.heard % 50 === 0) letGo()
  }
  const letGo = () => {
    for (const { bytes, release } of kept.splice(0)) {
      if (readNumbered(bytes) === undefined) found.wrong++
      release()
    }
  }
  const read = () => {
    let left = Number(detail)
    const subscription = reader.messages$.subscribe(message => {
      take(message)
      if (--left > 0) return
      subscription.unsubscribe()
      setImmediate(read)
    })
  }
  tell('hears')
  if (how === 'hear') read()
  const reason = await reader.closed
  letGo()
  tell({ ...found, end: reason.by === 'fault' ? reason.error.code : reason.by })
  process.disconnect()
}
