import { expect, it } from 'vitest'
import { bed } from './track-bed.js'

const NOTHING = new Uint8Array()

it('[I7] who has much to read says in between what it accepted, so that the sender goes on meanwhile', async () => {
  const hello = { window: { messages: 16, bytes: 4096 } }
  const { dialled, tracks, calm } = await bed({}, { hello })
  const [here, there] = tracks[0] ?? []
  for (let message = 0; message < 16; message++)
    dialled.control.offer(NOTHING, Uint8Array.of(message), { settle: () => {} })
  for (let message = 0; message < 7; message++) there?.deliver()
  expect(here?.deliverable).toBe(false)
  there?.deliver() // half of the window was accepted
  expect(here?.deliverable).toBe(true)
  await calm()
})
