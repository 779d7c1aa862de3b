import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection, Listener, SharedSlot, SlotTransport } from '../../../src/core/contracts/index.js'
import { turnTaking } from '../../../src/core/tracks/index.js'
import { singleSlot } from '../../../src/testing/awkward/index.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { Collected, nextConnection } from './collected.js'

const context = createTestContext(tmpdir())

describe('turns on one slot', () => {
  let slots: SlotTransport
  let listener: Listener
  let foreign: SharedSlot

  beforeEach(async () => {
    slots = singleSlot()
    const address = slots.nodeAddress('test', 'shop')
    listener = await turnTaking(slots).listen(address, context)
    foreign = await slots.open(address, context)
  })

  afterEach(async () => {
    await listener.close()
    await foreign.close()
  })

  async function pair(): Promise<[Connection, Connection]> {
    const accepted = nextConnection(listener)
    const dialled = await turnTaking(slots).connect(listener.address, context)
    return [dialled, await accepted]
  }

  /** Sends words as the slot takes them. */
  function say(connection: Connection, words: readonly string[]): void {
    let next = 0
    const go = () => {
      for (let word = words[next]; word !== undefined && connection.send(Buffer.from(word)) === 'sent'; )
        word = words[++next]
    }
    connection.writable$.subscribe(go)
    go()
  }

  const words = (who: string) => Array.from({ length: 200 }, (_, index) => `${who} ${index}`)

  it('carry frames both ways at once, each once and in order', async () => {
    const [dialled, accepted] = await pair()
    const got = [new Collected(dialled), new Collected(accepted)] as const
    say(dialled, words('till'))
    say(accepted, words('shop'))
    expect(await got[1].until(200)).toEqual(words('till'))
    expect(await got[0].until(200)).toEqual(words('shop'))
    await dialled.close()
    expect(await accepted.closed).toEqual({ by: 'peer' })
  })

  it('are said again when a foreign program overwrites the slot', async () => {
    const [dialled, accepted] = await pair()
    const got = new Collected(accepted)
    let overwritten = 0
    const vandal = foreign.changed$.subscribe(() => {
      if (overwritten < 50 && foreign.write(foreign.read().version, Buffer.from('a picture of a cat')))
        overwritten++
    })
    say(dialled, words('till'))
    expect(await got.until(200)).toEqual(words('till'))
    expect(overwritten).toBe(50)
    vandal.unsubscribe()
    dialled.abort()
  })

  it('wait for a reader that is paused, and say full meanwhile', async () => {
    const [dialled, accepted] = await pair()
    accepted.pause()
    const got = new Collected(accepted)
    expect(dialled.send(Buffer.from('one'))).toBe('sent')
    expect(dialled.send(Buffer.from('two'))).toBe('full')
    accepted.resume()
    expect(await got.until(1)).toEqual(['one'])
    dialled.abort()
  })

  it('let a second dialler in when the first has closed', async () => {
    const [first] = await pair()
    const second = pair()
    await first.close()
    const [dialled, accepted] = await second
    const got = new Collected(accepted)
    dialled.send(Buffer.from('at last'))
    expect(await got.until(1)).toEqual(['at last'])
    dialled.abort()
  })

  it('are given up with NO_LISTENER where nobody answers, and the slot is free again', async () => {
    await listener.close()
    const impatient = turnTaking(slots, { patience: 50 })
    await expect(impatient.connect(listener.address, context)).rejects.toMatchObject({ code: 'NO_LISTENER' })
    listener = await turnTaking(slots).listen(listener.address, context)
    const [dialled] = await pair()
    dialled.abort()
  })
})
