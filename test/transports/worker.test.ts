import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Connection, parseAddress, type TransportContext } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/index.js'
import { worker } from '../../src/transports/worker/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const address = parseAddress('worker://./orders')

describe('a port that is a connection', () => {
  let context: TransportContext
  let connection: Connection
  let foreign: MessagePort

  beforeEach(() => {
    context = createTestContext(temporaryFolder())
    const [ours, theirs] = worker().pair()
    connection = worker().adopt(ours, address, context)
    connection.receive(() => {})
    foreign = theirs
  })

  const batch = (end: number, length: number) => {
    const view = new DataView(new ArrayBuffer(32))
    view.setUint32(0, 0x78_6f_62_53, true)
    view.setFloat64(8, end, true)
    view.setFloat64(16, length, true)
    return view.buffer
  }

  it.each([
    ['an object', { orders: 1 }],
    ['null', null],
    ['bytes that are no batch', new ArrayBuffer(64)],
    ['a batch that ends behind its memory', batch(33, 8)],
    ['a batch that ends nowhere', batch(Number.NaN, 8)],
    ['a batch whose frame is longer than itself', batch(32, 9)],
    ['a batch whose frame has a negative length', batch(32, -1)],
    ['a batch whose frame has a broken length', batch(32, 0.5)],
    ['a batch with half a length', batch(20, 0)],
  ])('ends with PROTOCOL_VIOLATION when %s arrives', async (_, message) => {
    foreign.postMessage(message)
    expect(await connection.closed).toMatchObject({ by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } })
    expect(connection.send(new Uint8Array(1))).toBe('full')
  })

  it('sends all frames of a turn in one message', async () => {
    const arrived = once(foreign, 'message')
    for (let frame = 0; frame < 100; frame++) connection.send(new Uint8Array(10))
    const [message] = await arrived
    expect(message.byteLength).toBe(16 + 100 * (8 + 10))
  })

  it('transfers what was written in place where it is large: nothing is copied', async () => {
    const length = 1_000_000
    const arrived = once(foreign, 'message')
    const at = connection.inPlace?.reserve(length) ?? -1
    const room = connection.inPlace?.room ?? new Uint8Array()
    room.fill(7, at, at + length)
    connection.inPlace?.commit(length)
    const [message] = await arrived
    expect(new Uint8Array(message, at, length).every(byte => byte === 7)).toBe(true)
    expect(room.byteLength).toBe(0) // it belongs to the other side now
  })
})

it('what is no port is refused when it is adopted', () => {
  const context = createTestContext(temporaryFolder())
  const end = {} as MessagePort
  expect(() => worker().adopt(end, address, context)).toThrow(
    expect.objectContaining({ code: 'ADDRESS_INVALID' }),
  )
})
