import { beforeAll, describe, expect, it } from 'vitest'
import { FrameKind } from '../../src/core/link/frames.js'
import { ByteWriter } from '../../src/core/link/index.js'
import type { Node, PeerEvent } from '../../src/index.js'
import { Desk } from '../peers/desk.js'
import { onSuiteFinished } from '../support/finally.js'
import { nodes } from '../support/nodes.js'
import { RuleBreaker } from '../support/rule-breaker.js'

const secret = 'known to both sides'
const window = { messages: 4, bytes: 4096 }
const maxMessage = 10_000
const maxFrame = 8192

const frame = (kind: keyof typeof FrameKind, ...fields: (number | Uint8Array)[]): Uint8Array => {
  const out = new ByteWriter().u8(FrameKind[kind])
  for (const field of fields) typeof field === 'number' ? out.varint(field) : out.raw(field)
  return out.done()
}
const data = (lane: number, sequence: number, length: number) =>
  frame('data', lane, sequence, new Uint8Array(length))

describe('a peer in another process that breaks a rule once its session stands', () => {
  const onEnd = onSuiteFinished()
  const { config, start } = nodes(
    {
      secret,
      transports: { prefer: ['named-pipe'], listen: ['named-pipe'] },
      link: { window, maxMessage, maxFrame },
    },
    onEnd,
  )
  const events: PeerEvent[] = []
  let shop: Node
  let till: Node
  let breaker: RuleBreaker

  beforeAll(async () => {
    shop = await start('shop')
    till = await start('till')
    await shop.spawn(Desk, () => ({ noted() {}, seen: () => [], echo: text => text, never: () => '' }))
    shop.peers$.subscribe(event => events.push(event))
    const { runtimeFolder: folder = '', namespace = '' } = config
    const address = shop.addresses[0]?.href ?? ''
    breaker = await RuleBreaker.start({ folder, namespace, secret, address }, onEnd)
  })

  it.each<[string, string, Uint8Array[]]>([
    ['a message out of its turn', 'message 2 of a lane comes after 0', [data(0, 2, 1)]],
    ['more bytes than its credit', 'it sent more than its credit', [data(0, 1, window.bytes + 1)]],
    [
      'a message that is longer than the longest',
      `a message of ${maxMessage + 1} B is over the ${maxMessage} B allowed`,
      [frame('part', 0, 1, 0, maxMessage + 1, new Uint8Array(1))],
    ],
    ['a kind of frame that there is not', '0x7f is not a kind of frame', [Uint8Array.of(0x7f)]],
    [
      'an acceptance of what was never sent',
      'a message that was not sent',
      [frame('grant', 0, 1000, 2000, 2000)],
    ],
    [
      'a grant beyond all numbers',
      'longer than 53 bits',
      [frame('grant', 0, 0, Uint8Array.of(...Array(9).fill(0xff)))],
    ],
    [
      'a frame that is longer than the longest',
      `a frame of ${maxFrame + 1} B is over the ${maxFrame} B allowed now`,
      [new Uint8Array(maxFrame + 1)],
    ],
    ['a lane that is not open', 'lane 7 is not open', [data(7, 1, 1)]],
    ['a frame of the handshake', '0x1 is not a kind of frame', [frame('hello')]],
  ])('[I12] hears why it is shut out, and nobody else notices: %s', async (what, why, frames) => {
    const node = `stranger ${what}`.replaceAll(' ', '-')
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    await desk.ask.echo('before')
    const heard = await breaker.say(node, ...frames)
    const seen = events.filter(event => event.node === node)
    expect(heard).toMatchObject({ code: 'PROTOCOL_VIOLATION', message: expect.stringContaining(why) })
    expect(heard.message).toContain('shop ended the session')
    expect(seen).toMatchObject([
      { type: 'up' },
      { type: 'down', reason: { by: 'fault', error: { code: 'PROTOCOL_VIOLATION' } } },
    ])
    expect(await desk.ask.echo('after')).toBe('after')
  })
})
