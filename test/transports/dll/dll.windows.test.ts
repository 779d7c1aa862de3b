import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { firstValueFrom, NEVER, take, toArray } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Endpoint, formatAddress, type TransportContext } from '../../../src/core/contracts/index.js'
import { ownHandleCount } from '../../../src/native/win32/handle-count.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { dll, SharedDll } from '../../../src/transports/dll/index.js'
import {
  ClaimWord,
  claimWordOf,
  SECTION,
  SLOTS,
  Word,
  wordOf,
} from '../../../src/transports/dll/slot-layout.js'
import { SlotTable } from '../../../src/transports/dll/slot-table.js'
import { readNumbered } from '../../peers/numbered-packet.js'
import { forkPeer } from '../../support/peer.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const transport = dll()
const code = (expected: string) => expect.objectContaining({ code: expected })
const addressOf = (slot: string, library = 'orders') =>
  formatAddress({ scheme: 'dll', host: '.', path: `${library}/${slot}` })

let context: TransportContext
beforeEach(() => {
  context = createTestContext(temporaryFolder(afterAllElse))
})

/** Runs when the endpoints of the test are closed. */
const cleanUps: (() => void)[] = []
const afterAllElse = (cleanUp: () => void) => void cleanUps.push(cleanUp)

const open: Endpoint[] = []
const peers: ChildProcess[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(endpoint => endpoint.close()))
  await Promise.all(peers.splice(0).map(kill))
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

async function openAt(slot: string, library?: string): Promise<Endpoint> {
  const endpoint = await transport.open(addressOf(slot, library), context)
  open.push(endpoint)
  return endpoint
}

/** The memory behind the endpoints. */
async function openSection() {
  const shared = await SharedDll.open('signalbox-1.orders', SECTION, { runtimeFolder: context.runtimeFolder })
  cleanUps.unshift(() => shared.unload())
  return {
    buffer: shared.buffer,
    words: new Int32Array(shared.buffer),
    claims: new BigUint64Array(shared.buffer),
  }
}

function start(what: 'hold' | 'flood', from: string, to: string): ChildProcess {
  const peer = forkPeer('dll', [what, context.runtimeFolder, addressOf(from).href, addressOf(to).href])
  peers.push(peer)
  return peer
}

async function kill(peer: ChildProcess): Promise<void> {
  if (peer.exitCode !== null || peer.signalCode !== null) return
  const exited = once(peer, 'exit')
  peer.kill('SIGKILL')
  await exited
}

const texts = (endpoint: Endpoint, count: number): Promise<string[]> =>
  firstValueFrom(endpoint.packets$.pipe(take(count), toArray())).then(packets =>
    packets.map(({ bytes }) => Buffer.from(bytes).toString()),
  )

async function sendPatiently(from: Endpoint, bytes: Uint8Array, to: Endpoint): Promise<void> {
  while (from.send(bytes, to.address) === 'full') await firstValueFrom(from.writable$)
}

describe('endpoints in a library', () => {
  it('[dll: shape] [dll: both-ways] packets keep their bounds and their order, and answers go to a slot of its own', async () => {
    const [shop, till] = [await openAt('shop'), await openAt('till')]
    const asked = texts(shop, 3)
    for (const text of ['one', '', 'three']) expect(till.send(Buffer.from(text), shop.address)).toBe('sent')
    expect(await asked).toEqual(['one', '', 'three'])
    const answered = texts(till, 1)
    shop.send(Buffer.from('yes'), till.address)
    expect(await answered).toEqual(['yes'])
  })

  it('[dll: limits] the largest packet arrives, and one byte more is refused', async () => {
    const [shop, till] = [await openAt('shop'), await openAt('till')]
    const { maxFrame } = transport.describe(shop.address)
    const bytes = Buffer.alloc(maxFrame, 'signalbox')
    for (let left = 5; left > 0; left -= 1) {
      const arrived = firstValueFrom(shop.packets$)
      await sendPatiently(till, bytes, shop)
      expect(bytes.equals((await arrived).bytes)).toBe(true)
    }
    expect(() => till.send(Buffer.alloc(maxFrame + 1), shop.address)).toThrow(code('FRAME_TOO_LARGE'))
  })

  it('[dll: limits] there are no groups, and no way into another library', async () => {
    const [till, other] = [await openAt('till'), await openAt('shop', 'stock')]
    expect(() => till.send(Buffer.from('all'), 'all')).toThrow(code('ADDRESS_INVALID'))
    expect(() => till.send(Buffer.from('you'), other.address)).toThrow('is in another library')
  })

  it('[dll: limits] [dll: threads] a slot that nobody reads gets full without blocking its writers, who are told of room', async () => {
    const [shop, till, other] = [await openAt('shop'), await openAt('till'), await openAt('other')]
    const packet = Buffer.alloc(1000)
    let sent = 0
    while (till.send(packet, shop.address) === 'sent') sent += 1
    expect(other.send(packet, shop.address)).toBe('full')
    const room = Promise.all([firstValueFrom(till.writable$), firstValueFrom(other.writable$)])
    const arrived = firstValueFrom(shop.packets$.pipe(take(sent), toArray()))
    expect((await arrived).length).toBe(sent)
    await room
  })

  it('[dll: limits] a library has so many slots, and says so when all are taken', async () => {
    await openAt('first')
    const { buffer } = await openSection()
    const table = new SlotTable(buffer, () => {})
    for (let number = 1; number < SLOTS; number += 1)
      expect(table.claim(String(number), number)).toBeDefined()
    await expect(openAt('last')).rejects.toEqual(code('LIMIT_EXCEEDED'))
    table.release(7)
    await openAt('last')
  })

  it('[dll: listen-connect] a name has one owner, and a closed one leaves it free', async () => {
    const first = await openAt('shop')
    await expect(openAt('shop')).rejects.toEqual(code('ADDRESS_IN_USE'))
    await first.close()
    await first.close()
    await openAt('shop')
  })

  it('[dll: listen-connect] a packet to nobody is reported, and one to whoever came after a closed one arrives', async () => {
    const [shop, till] = [await openAt('shop'), await openAt('till')]
    till.send(Buffer.from('for the first'), shop.address)
    await shop.close()
    const reported = firstValueFrom(till.unreachable$ ?? NEVER)
    expect(till.send(Buffer.from('anybody?'), shop.address)).toBe('sent')
    expect((await reported).href).toBe(shop.address.href)
    const arrived = texts(await openAt('shop'), 1)
    till.send(Buffer.from('for the second'), shop.address)
    expect(await arrived).toEqual(['for the second'])
  })

  it('what a program wrote there that cannot be a packet ends the endpoint, and nothing of it is delivered', async () => {
    const shop = await openAt('shop')
    const { words } = await openSection()
    Atomics.store(words, wordOf(0) + Word.TAIL, -8)
    const delivered = firstValueFrom(shop.packets$, { defaultValue: 'nothing' })
    expect(await shop.closed).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
    expect(await delivered).toBe('nothing')
  })

  it('after close it says full for ever, and all that it emits completes', async () => {
    const [shop, till] = [await openAt('shop'), await openAt('till')]
    const completed = Promise.all([
      firstValueFrom(till.packets$, { defaultValue: 'over' }),
      firstValueFrom(till.writable$, { defaultValue: 'over' }),
      firstValueFrom(till.unreachable$ ?? NEVER, { defaultValue: 'over' }),
    ])
    await till.close()
    expect(till.send(Buffer.from('late'), shop.address)).toBe('full')
    expect(await completed).toEqual(['over', 'over', 'over'])
    expect(await till.closed).toEqual({ by: 'us' })
  })

  it('leaves no handle behind', async () => {
    const round = async () => {
      const [shop, till] = [await openAt('shop'), await openAt('till')]
      const arrived = texts(shop, 1)
      till.send(Buffer.from('x'), shop.address)
      await arrived
      await Promise.all([shop.close(), till.close()])
    }
    for (let left = 5; left > 0; left -= 1) await round()
    const before = ownHandleCount()
    for (let left = 20; left > 0; left -= 1) await round()
    expect(ownHandleCount() - before).toBeLessThan(10)
  })
})

describe('a process that is killed', () => {
  it('[dll: peer-death] is reported to those who sent to it, after what it had sent', async () => {
    const shop = await openAt('shop')
    const peer = start('hold', 'peer', 'shop')
    const first = await firstValueFrom(shop.packets$)
    expect(readNumbered(first.bytes)).toBe(0)
    expect(shop.send(Buffer.from('noted'), addressOf('peer'))).toBe('sent')
    const reported = firstValueFrom(shop.unreachable$ ?? NEVER)
    await kill(peer)
    expect((await reported).href).toBe(addressOf('peer').href)
  })

  it('[dll: peer-death] in the middle of a copy loses its turn, and nothing of the copy is delivered', async () => {
    const [shop, till] = [await openAt('shop'), await openAt('till')]
    const arrived = texts(shop, 3)
    const peer = start('hold', 'peer', 'shop')
    const { words, claims } = await openSection()
    await firstValueFrom(shop.packets$)
    const owner = claims[claimWordOf(2) + ClaimWord.OWNER] ?? 0n
    expect(Number(owner & 0xffffffffn)).toBe(peer.pid)
    // As it would be while the peer copies a packet.
    Atomics.store(claims, claimWordOf(0) + ClaimWord.WRITER, owner)
    words[wordOf(0) + Word.TAIL + 100_000] = 17
    expect(till.send(Buffer.from('one'), shop.address)).toBe('full')
    const writable = firstValueFrom(till.writable$)
    await kill(peer)
    await writable
    for (const text of ['one', 'two']) expect(till.send(Buffer.from(text), shop.address)).toBe('sent')
    expect((await arrived).slice(1)).toEqual(['one', 'two'])
  })
})
