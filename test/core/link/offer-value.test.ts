import { describe, expect, it } from 'vitest'
import { msgpack } from '../../../src/codecs/msgpack.js'
import { defaultValueLimits } from '../../../src/core/contracts/index.js'
import type { ByteReader, LaneSink, OutboundLane } from '../../../src/core/link/index.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { bytes, linkPair, NOTHING, settle, text } from './link-pair.js'

const codec = msgpack()
const encoder = codec.encoder([], defaultValueLimits)
const decoder = codec.decoder([], defaultValueLimits)
const quiet = { settle: () => {} }

/** Reads values where they lie, behind a head of one byte. */
function valueSink(): LaneSink & { readonly got: unknown[] } {
  const got: unknown[] = []
  const read = (message: ByteReader) => {
    message.u8()
    got.push(message.value(decoder))
  }
  return { got, read, accept: () => expect.unreachable('a sink that reads is not given a view') }
}

const head = bytes('h')

describe('values in a lane', () => {
  it('arrive as they are, of any size, whether written in place or apart', async () => {
    const seed = Date.now() % 1_000_000
    console.log(`seed ${seed}`)
    const random = new SeededRandom(seed)
    for (const pieces of [undefined, () => 1 + random.below(700)]) {
      const sink = valueSink()
      const { left } = await linkPair(
        {},
        { host: { control: sink }, hello: { window: { messages: 64, bytes: 4096 } } },
        pieces === undefined ? {} : { pieces },
      )
      const values = Array.from({ length: 200 }, () => new Uint8Array(random.below(8) ** 4).fill(7))
      for (const value of values) await left.control.sendValue(head, encoder, value)
      expect(sink.got).toEqual(values)
    }
  })

  it('keep their order with what was sent as bytes', async () => {
    const sink = valueSink()
    const { left } = await linkPair({}, { host: { control: sink } })
    expect(left.control.offerValue(head, encoder, 'one', quiet)).toBe(true)
    expect(left.control.offer(head, encoder.encode('two'), quiet)).toBe(true)
    expect(left.control.offerValue(head, encoder, 'three', quiet)).toBe(true)
    await settle()
    expect(sink.got).toEqual(['one', 'two', 'three'])
  })

  it('may have heads of any length', async () => {
    const got: number[] = []
    const control = { accept: (message: Uint8Array) => void got.push(message.length) }
    const { left } = await linkPair({}, { host: { control } })
    for (const length of [0, 100, 900, 1500, 3000])
      await left.control.sendValue(new Uint8Array(length), encoder, 1)
    expect(got).toEqual([1, 101, 901, 1501, 3001])
  })

  it('are refused, with nothing sent, when there is no credit for them', async () => {
    const got: string[] = []
    const control: LaneSink = { accept: message => void got.push(text(message)) }
    const window = { messages: 2, bytes: 100 }
    const { left } = await linkPair({}, { host: { control }, hello: { window } })
    expect(left.control.offerValue(NOTHING, encoder, 'x'.repeat(50), quiet)).toBe(true)
    expect(left.control.offerValue(NOTHING, encoder, 'y'.repeat(90), quiet)).toBe(false)
    await settle()
    expect(got).toHaveLength(1)
  })

  it('that cannot be encoded leave nothing behind, and say so at once', async () => {
    const sink = valueSink()
    const { left } = await linkPair({}, { host: { control: sink } })
    const wrong = { sound: 'so far', bad: Symbol('no value') }
    const failure = expect.objectContaining({ code: 'VALUE_NOT_ENCODABLE' })
    expect(() => left.control.offerValue(head, encoder, wrong, quiet)).toThrow(failure)
    expect(() => left.control.sendValue(head, encoder, wrong)).toThrow(failure)
    await left.control.sendValue(head, encoder, 'sound')
    expect(sink.got).toEqual(['sound'])
  })

  it('may speak in the same link while they are being written: what they say waits', async () => {
    const controls = valueSink()
    const others = valueSink()
    const { left } = await linkPair({}, { host: { control: controls, laneOpened: () => others } })
    const said: Promise<void>[] = []
    let opened: OutboundLane | undefined
    const talkative = {
      first: 1,
      get second() {
        expect(left.control.offerValue(head, encoder, 'refused', quiet)).toBe(false)
        opened = left.openLane(bytes('opened within a value'))
        said.push(opened.sendValue(head, encoder, 'later'))
        return 2
      },
      third: 'x'.repeat(200),
    }
    expect(left.control.offerValue(head, encoder, talkative, quiet)).toBe(true)
    await Promise.all(said)
    expect(controls.got).toEqual([{ first: 1, second: 2, third: 'x'.repeat(200) }])
    expect(others.got).toEqual(['later'])
  })

  it('may end the link while they are being written', async () => {
    const { left } = await linkPair()
    const last = {
      get words() {
        left.abort()
        return 'none'
      },
    }
    expect(left.control.offerValue(head, encoder, last, quiet)).toBe(false)
    expect(left.ended).toBe(true)
  })
})
