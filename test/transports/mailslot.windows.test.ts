import { firstValueFrom, NEVER, take, toArray } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { type Endpoint, formatAddress, type PacketTransport } from '../../src/core/contracts/index.js'
import { connectionsOver } from '../../src/core/tracks/index.js'
import { ownHandleCount } from '../../src/native/win32/handle-count.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { Mailslot, mailslot } from '../../src/transports/mailslot/index.js'
import { MailslotPeer } from '../support/mailslot-peer.js'

const transport = mailslot()
const context = createTestContext('')
const code = (expected: string) => expect.objectContaining({ code: expected })

let last = 0
const freshAddress = () =>
  formatAddress({ scheme: 'mailslot', host: '.', path: `test-${process.pid}-${++last}` })

const open: Endpoint[] = []
afterEach(() => Promise.all(open.splice(0).map(endpoint => endpoint.close())))

async function openAt(address = freshAddress()): Promise<Endpoint> {
  const endpoint = await transport.open(address, context)
  open.push(endpoint)
  return endpoint
}

/** The next `count` packets that arrive, as texts. */
const arriving = (endpoint: Endpoint, count: number): Promise<string[]> =>
  firstValueFrom(endpoint.packets$.pipe(take(count), toArray())).then(packets =>
    packets.map(({ bytes }) => Buffer.from(bytes).toString()),
  )

async function sendPatiently(from: Endpoint, bytes: Uint8Array, to: Endpoint): Promise<void> {
  while (from.send(bytes, to.address) === 'full') await firstValueFrom(from.writable$)
}

describe('endpoints of mailslots', () => {
  it('[mailslot: shape] [mailslot: both-ways] packets keep their bounds and their order, and answers go to a slot of its own', async () => {
    const [shop, till] = [await openAt(), await openAt()]
    const asked = arriving(shop, 3)
    for (const text of ['one', '', 'three']) expect(till.send(Buffer.from(text), shop.address)).toBe('sent')
    expect(await asked).toEqual(['one', '', 'three'])
    const answered = arriving(till, 1)
    shop.send(Buffer.from('yes'), till.address)
    expect(await answered).toEqual(['yes'])
  })

  it('[mailslot: shape] the bytes of a packet are the sender’s again when it has left, and the receiver’s own', async () => {
    const [shop, till] = [await openAt(), await openAt()]
    const arrived = firstValueFrom(shop.packets$.pipe(take(2), toArray()))
    const bytes = Buffer.from('first')
    till.send(bytes, shop.address)
    bytes.write('other')
    till.send(bytes, shop.address)
    const [first, second] = await arrived
    expect(Buffer.from(first?.bytes ?? []).toString()).toBe('first')
    expect(Buffer.from(second?.bytes ?? []).toString()).toBe('other')
    expect(first?.from).toBeUndefined()
  })

  it('[mailslot: limits] the largest frame arrives, and one byte more is refused', async () => {
    const [shop, till] = [await openAt(), await openAt()]
    const { maxFrame } = transport.describe(shop.address)
    const arrived = firstValueFrom(shop.packets$)
    const bytes = Buffer.alloc(maxFrame, 'signalbox')
    till.send(bytes, shop.address)
    expect(bytes.equals((await arrived).bytes)).toBe(true)
    expect(() => till.send(Buffer.alloc(maxFrame + 1), shop.address)).toThrow(code('FRAME_TOO_LARGE'))
  })

  it('[mailslot: limits] there is no group to send to on this machine', async () => {
    const till = await openAt()
    expect(() => till.send(Buffer.from('all'), 'all')).toThrow(code('ADDRESS_INVALID'))
  })

  it.each(['*', 'NOBODYS-GROUP'])(
    '[mailslot: limits] the group %s is opened where the system carries it, and else unavailable with its reason',
    async host => {
      const address = formatAddress({ scheme: 'mailslot', host, path: `test-${process.pid}-${++last}` })
      const opened = await transport.open(address, context, { allowRemote: true }).catch(error => error)
      if (opened instanceof Error) {
        expect(opened).toEqual(code('TRANSPORT_UNAVAILABLE'))
        expect(opened.message).toContain('this system carries no mailslots to other machines')
        const till = await transport.open(freshAddress(), context, { allowRemote: true })
        open.push(till)
        expect(() => till.send(Buffer.from('all'), address)).toThrow(code('TRANSPORT_UNAVAILABLE'))
      } else {
        open.push(opened)
        expect(opened.send(Buffer.alloc(400), 'all')).toBe('sent')
        expect(() => opened.send(Buffer.alloc(401), 'all')).toThrow(code('FRAME_TOO_LARGE'))
      }
    },
  )

  it('[mailslot: limits] the reader’s own maximum counts, whatever the sender’s is', async () => {
    const till = await transport.open(freshAddress(), context, { rawNames: true })
    open.push(till)
    const shop = freshAddress()
    using slot = Mailslot.create(shop.path, { maxMessage: 400 })
    expect(till.send(Buffer.alloc(400), shop)).toBe('sent')
    expect(() => till.send(Buffer.alloc(401), shop)).toThrow(code('FRAME_TOO_LARGE'))
    expect((await slot.next()).length).toBe(400)
    expect([slot.read(), slot.oversized]).toEqual([undefined, 0])
  })

  it('[mailslot: limits] a slot that nobody reads gets full without blocking its writer, who is told of room', async () => {
    const [shop, till] = [await openAt(), await openAt()]
    let sent = 0
    while (till.send(Buffer.from(String(sent)), shop.address) === 'sent') sent += 1
    const refused = String(sent)
    const arrived = arriving(shop, sent + 1)
    await sendPatiently(till, Buffer.from(refused), shop)
    expect(await arrived).toEqual(Array.from({ length: sent + 1 }, (_, number) => String(number)))
  })

  it('[mailslot: listen-connect] a name has one reader, and a closed one leaves it free', async () => {
    const first = await openAt()
    await expect(transport.open(first.address, context)).rejects.toEqual(code('ADDRESS_IN_USE'))
    await expect(transport.open(first.address, context)).rejects.toThrow('a live process reads it')
    const upper = formatAddress({ scheme: 'mailslot', host: '.', path: first.address.path.toUpperCase() })
    await expect(transport.open(upper, context)).rejects.toEqual(code('ADDRESS_IN_USE'))
    await first.close()
    await first.close()
    await openAt(upper)
  })

  it('[mailslot: listen-connect] a packet to nobody is reported, and one to a raw name of the same spelling too', async () => {
    const till = await openAt()
    const nobody = freshAddress()
    const raw = await transport.open(nobody, context, { rawNames: true })
    open.push(raw)
    const reported = firstValueFrom(till.unreachable$ ?? NEVER)
    expect(till.send(Buffer.from('anybody?'), nobody)).toBe('sent')
    expect((await reported).href).toBe(nobody.href)
  })

  it('[mailslot: listen-connect] a connection to nobody is not waited for', async () => {
    const patient = connectionsOver(transport, { patience: 3_600_000 })
    await expect(patient.connect(freshAddress(), context)).rejects.toEqual(code('NO_LISTENER'))
  })

  it('[mailslot: peer-death] a connection ends when a frame finds nobody, after all that had come', async () => {
    const own: Endpoint[] = []
    const watched: PacketTransport = Object.create(transport, {
      open: {
        value: async (...how: Parameters<PacketTransport['open']>) => {
          const endpoint = await transport.open(...how)
          own.push(endpoint)
          return endpoint
        },
      },
    })
    const listener = await connectionsOver(transport).listen(freshAddress(), context)
    const accepted = firstValueFrom(listener.connections$)
    const dialled = await connectionsOver(watched).connect(listener.address, context)
    const served = await accepted
    const texts: string[] = []
    served.receive(({ bytes }) => void texts.push(Buffer.from(bytes).toString()))
    for (let number = 0; number < 20; number += 1) dialled.send(Buffer.from(String(number)))
    void own[0]?.close() // as a process that dies does: without a word
    let over = false
    void served.closed.then(() => {
      over = true
    })
    for (; !over; await new Promise(resolve => setImmediate(resolve)))
      served.send(Buffer.from('still there?'))
    expect(await served.closed).toEqual({ by: 'fault', error: code('NO_LISTENER') })
    expect(texts).toEqual(Array.from({ length: 20 }, (_, number) => String(number)))
    await dialled.closed
    await listener.close()
  })

  it('[mailslot: listen-connect] gives up when its caller does', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(transport.open(freshAddress(), context, { signal: controller.signal })).rejects.toEqual(
      code('ABORTED'),
    )
  })

  it('after close it says full for ever, and all that it emits completes', async () => {
    const [shop, till] = [await openAt(), await openAt()]
    const completed = Promise.all([
      firstValueFrom(till.packets$, { defaultValue: 'over' }),
      firstValueFrom(till.writable$, { defaultValue: 'over' }),
      firstValueFrom(till.unreachable$ ?? NEVER, { defaultValue: 'over' }),
    ])
    await till.close()
    expect(await completed).toEqual(['over', 'over', 'over'])
    expect(await till.closed).toEqual({ by: 'us' })
    expect(till.send(Buffer.from('late'), shop.address)).toBe('full')
  })

  it('a subscriber that leaves takes nothing from the next one', async () => {
    const [shop, till] = [await openAt(), await openAt()]
    shop.packets$.subscribe().unsubscribe()
    const first = arriving(shop, 1)
    till.send(Buffer.from('1'), shop.address)
    till.send(Buffer.from('2'), shop.address)
    expect(await first).toEqual(['1'])
    expect(await arriving(shop, 1)).toEqual(['2'])
  })

  it('[mailslot: limits] opening, sending and closing again and again leaves no handle', async () => {
    const cycle = async () => {
      const [shop, till] = [await openAt(), await openAt()]
      const arrived = arriving(shop, 1)
      till.send(Buffer.from('hi'), shop.address)
      await arrived
      await Promise.all(open.splice(0).map(endpoint => endpoint.close()))
    }
    for (let warm = 0; warm < 20; warm += 1) await cycle()
    const before = ownHandleCount()
    for (let count = 0; count < 200; count += 1) await cycle()
    // Threads of the pools come and go; one handle a cycle would be 200.
    expect(ownHandleCount() - before).toBeLessThan(20)
  })
})

describe('mailslots of two processes', () => {
  it('[mailslot: shape] three writers of 2000 messages each lose none, and each one’s stay in order', async () => {
    const shop = await openAt()
    const writers = ['a', 'b', 'c']
    const texts = (writer: string) => Array.from({ length: 2000 }, (_, number) => `${writer}${number}`)
    const arrived = arriving(shop, 6000)
    const reports = writers.map(writer =>
      new MailslotPeer().ask({ send: texts(writer), to: shop.address.path }),
    )
    expect(await Promise.all(reports)).toEqual(writers.map(() => ({ event: 'sent' })))
    const all = await arrived
    for (const writer of writers) {
      expect(all.filter(text => text.startsWith(writer))).toEqual(texts(writer))
    }
  })

  it('[mailslot: peer-death] a killed reader is reported to who sends, and its name is free at once', async () => {
    const till = await openAt()
    const peer = new MailslotPeer()
    const shop = freshAddress()
    await peer.ask({ open: shop.path })
    till.send(Buffer.from('alive?'), shop)
    expect(await peer.next()).toEqual({ event: 'arrived', text: 'alive?' })
    const reported = firstValueFrom(till.unreachable$ ?? NEVER)
    await peer.kill()
    let over = false
    const gone = reported.then(({ href }) => {
      over = true
      return href
    })
    while (!over) {
      till.send(Buffer.from('still?'), shop)
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(await gone).toBe(shop.href)
    const again = await openAt(shop)
    const arrived = arriving(again, 1)
    till.send(Buffer.from('you?'), shop)
    expect(await arrived).toEqual(['you?'])
  })

  it('[mailslot: peer-death] a writer that still has a dead reader’s slot open keeps its name for a moment only', async () => {
    const till = await openAt()
    const peer = new MailslotPeer()
    const shop = freshAddress()
    await peer.ask({ open: shop.path })
    till.send(Buffer.from('hold'), shop)
    await peer.kill()
    await openAt(shop)
  })

  it('[mailslot: threads] a process ends by itself when its slots are closed, and by exit with them open', async () => {
    const [first, second] = [new MailslotPeer(), new MailslotPeer()]
    expect(await first.ask({ open: freshAddress().path })).toEqual({ event: 'open' })
    expect(await second.ask({ open: freshAddress().path })).toEqual({ event: 'open' })
    first.tell('close')
    second.tell('exit')
    expect(await Promise.all([first.exited(), second.exited()])).toEqual([0, 0])
  })

  it('[mailslot: threads] waiting for packets takes no thread of the pool that files need', async () => {
    for (let count = 0; count < 8; count += 1) (await openAt()).packets$.subscribe()
    const { readFile } = await import('node:fs/promises')
    expect((await readFile(process.execPath)).length).toBeGreaterThan(0)
  })
})
