import { describe, expect, it } from 'vitest'
import type { ChooseTrack, LaneSink } from '../../src/core/link/index.js'
import { bed } from './track-bed.js'

const NOTHING = new Uint8Array()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (message: Uint8Array): string => new TextDecoder().decode(message)

const second: ChooseTrack = (_bytes, tracks) => tracks[1]
const words = Array.from({ length: 12 }, (_, index) => `word ${index}`)

/** A session whose messages take its second track, which holds what was not taken, and the two ends of that. */
async function holding(replay: number) {
  const got: string[] = []
  const control: LaneSink = { accept: message => void got.push(text(message)) }
  const made = await bed({ link: { chooseTrack: second, replay } }, { host: { control } })
  await made.join({ holds: true })
  const ends = made.tracks[1]
  if (ends === undefined) throw new Error('there is no second track')
  return { ...made, got, here: ends[0], there: ends[1] }
}

describe('a track that holds its frames until they are taken', () => {
  it.each([0, 1, 5, 12])(
    '[I8] hands back what was not taken when it dies: after %i frames, each arrives once',
    async taken => {
      const { dialled, got, here, there, calm } = await holding(1000)
      const sent = words.map(word => dialled.control.send(NOTHING, bytes(word)))
      for (let frame = 0; frame < taken; frame++) there.deliver()
      expect(got).toEqual(words.slice(0, taken))
      here.cut(0)
      here.notice()
      there.notice()
      await calm()
      await Promise.all(sent)
      expect(got).toEqual(words)
    },
  )

  it('[I8] hands back what was taken after its sender gave it up, and that arrives once, too', async () => {
    const { dialled, got, here, there, calm } = await holding(1000)
    const sent = words.map(word => dialled.control.send(NOTHING, bytes(word)))
    for (let frame = 0; frame < 3; frame++) there.deliver()
    here.cut(0)
    here.notice()
    for (let frame = 0; frame < 4; frame++) there.deliver()
    await calm()
    await Promise.all(sent)
    expect(got).toEqual(words)
  })

  it('[I8] is not full for want of a place for copies: there are none', async () => {
    const { dialled, got, there, calm } = await holding(1)
    const receipt = { settle: () => {} }
    for (const word of words) expect(dialled.control.offer(NOTHING, bytes(word), receipt)).toBe(true)
    for (const _ of words) there.deliver()
    expect(got).toEqual(words)
    await calm()
  })

  it('[I7] carries whole what elsewhere would travel in parts, as far as its own frames reach', async () => {
    const { dialled, got, there, calm } = await holding(1000)
    const long = 'long '.repeat(700)
    const sent = dialled.control.send(NOTHING, bytes(long))
    there.deliver()
    expect(got).toEqual([long])
    await calm()
    await sent
  })

  it('[I12] is not believed lost by a peer that took from it: such a one is cut off', async () => {
    const { dialled, taken, tracks, there, calm } = await holding(1000)
    for (const word of words) void dialled.control.send(NOTHING, bytes(word)).catch(() => {})
    for (let frame = 0; frame < 3; frame++) there.deliver()
    tracks[0]?.[1].send(Uint8Array.of(0x23, 2, 2)) // RETIRED: 2 frames of track 2 were received
    await calm()
    expect(await dialled.closed).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } })
    taken.abort()
  })
})
