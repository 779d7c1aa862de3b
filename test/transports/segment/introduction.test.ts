import { firstValueFrom } from 'rxjs'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  type Connection,
  type Listener,
  parseAddress,
  SignalboxError,
  type TransportContext,
} from '../../../src/core/contracts/index.js'
import { createTestContext, VirtualClock } from '../../../src/testing/index.js'
import { encodeHello, encodeOffer, encodeRefusal } from '../../../src/transports/segment/introduction.js'
import { sharedMemory } from '../../../src/transports/shared-memory/index.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const address = parseAddress('shared-memory://./introductions')
const transport = sharedMemory()
const usual = { ring: 256 * 1024, keep: 1024 * 1024, largest: 1088 * 1024 }

/** The five integers that begin every introduction. */
const integers = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value >>> 0, index * 4)
  })
  return bytes
}
const MAGIC = encodeHello(usual).slice(0, 4)
const magic = Buffer.from(MAGIC).readUInt32LE(0)

let context: TransportContext
const warnings: string[] = []

beforeEach(() => {
  warnings.length = 0
  const log = { debug: () => {}, warn: (message: string) => void warnings.push(message) }
  context = { ...createTestContext(temporaryFolder()), log }
})

function closing(listener: Listener): Listener {
  onTestFinished(() => listener.close())
  return listener
}

/** Whoever dials meets `answer` instead of a listener. */
async function impostor(answer: (control: Connection) => void): Promise<void> {
  const listener = closing(await context.rendezvous.listen(address))
  listener.connections$.subscribe(control => {
    control.receive(() => {})
    answer(control)
  })
}

describe('a listener', () => {
  it.each([
    ['something else', Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n')],
    ['sizes that nobody can use', encodeHello({ ring: 3, keep: 5, largest: 7 })],
    ['sizes beyond all bounds', encodeHello({ ring: 2 ** 31, keep: 2 ** 31, largest: 2 ** 31 })],
    ['a version that never was', integers(magic, 0, usual.ring, usual.keep, usual.largest)],
    ['more than there is to say', Buffer.alloc(5000)],
  ])('refuses who says %s, and serves others', async (_, bytes) => {
    const listener = closing(await transport.listen(address, context))
    const arrived = firstValueFrom(listener.connections$)
    const stranger = await context.rendezvous.connect(address)
    stranger.receive(() => {})
    stranger.send(bytes)
    await stranger.closed
    expect(warnings.join()).toMatch(/a peer was refused: .*the rules of shared memory/)
    const [here, there] = await Promise.all([transport.connect(address, context), arrived])
    await Promise.all([here.close(), there.close()])
  })

  it('gives up a stranger who says nothing, and one who does not take what it is offered', async () => {
    const clock = new VirtualClock()
    const listener = closing(await transport.listen(address, { ...context, clock }))
    listener.connections$.subscribe(() => expect.unreachable('nobody was introduced'))
    const silent = await context.rendezvous.connect(address)
    const hesitant = await context.rendezvous.connect(address)
    silent.receive(() => {})
    const offered = new Promise<void>(resolve => hesitant.receive(() => resolve()))
    hesitant.send(encodeHello(usual))
    await offered
    clock.advance(5000)
    await Promise.all([silent.closed, hesitant.closed])
    expect(warnings).toEqual([expect.stringMatching(/said nothing/), expect.stringMatching(/said nothing/)])
  })

  it('takes part in no more than either side would like', async () => {
    const modest = sharedMemory({ ring: 64 * 1024, largest: 64 * 1024, keep: 0 })
    const listener = closing(await modest.listen(address, context))
    const arrived = firstValueFrom(listener.connections$)
    const [here, there] = await Promise.all([transport.connect(address, context), arrived])
    expect([here.limits.maxFrame, there.limits.maxFrame]).toEqual([64 * 1024, 64 * 1024])
    await Promise.all([here.close(), there.close()])
  })
})

describe('a dialler', () => {
  it.each([
    ['offers more than was asked for', encodeOffer({ sizes: { ...usual, keep: 2 * usual.keep }, name: 'a' })],
    ['offers a name that leads elsewhere', encodeOffer({ sizes: usual, name: '../../etc/passwd' })],
    ['speaks a later version', integers(magic, 2, usual.ring, usual.keep, usual.largest, 0)],
    ['announces a text without end', integers(magic, 1, usual.ring, usual.keep, usual.largest, 2 ** 31)],
    ['speaks of something else', Buffer.alloc(24, 0x20)],
  ])('refuses a listener that %s', async (_, offer) => {
    await impostor(control => control.send(offer))
    await expect(transport.connect(address, context)).rejects.toMatchObject({
      code: 'PROTOCOL_VIOLATION',
      message: expect.stringContaining('connect to shared-memory://./introductions'),
    })
  })

  it('hears why a listener has no memory for it', async () => {
    await impostor(control => control.send(encodeRefusal('no room\u0007 here')))
    await expect(transport.connect(address, context)).rejects.toMatchObject({
      code: 'NO_LISTENER',
      message: expect.stringMatching(/has no memory to share: no room\? here/),
    })
  })

  it('fails when the listener hangs up, or offers memory that is not there', async () => {
    await impostor(control => void control.close())
    await expect(transport.connect(address, context)).rejects.toMatchObject({ code: 'NO_LISTENER' })
  })

  it('fails when it is offered memory that is not there', async () => {
    await impostor(control => control.send(encodeOffer({ sizes: usual, name: 'signalbox.0.nothing' })))
    await expect(transport.connect(address, context)).rejects.toBeInstanceOf(SignalboxError)
  })
})

it.each([
  'shared-memory://elsewhere/orders',
  'shared-memory://./',
  'shared-memory://.:80/orders',
  'shared-memory://./orders?ring=1',
  'tcp://./orders',
])('%s is no address of shared memory', async text => {
  const invalid = { code: 'ADDRESS_INVALID' }
  await expect(transport.connect(parseAddress(text), context)).rejects.toMatchObject(invalid)
  await expect(transport.listen(parseAddress(text), context)).rejects.toMatchObject(invalid)
})

it.each([{ ring: 100_000 }, { ring: 2 ** 21 }, { largest: 4096 }, { keep: 100 }])(
  'sizes such as %o are refused',
  sizes => {
    expect(() => sharedMemory(sizes)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  },
)
