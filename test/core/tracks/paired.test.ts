import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, type Listener, SignalboxError } from '../../../src/core/contracts/index.js'
import { paired } from '../../../src/core/tracks/index.js'
import { PairedConnection } from '../../../src/core/tracks/paired-connection.js'
import { PrefaceReader, prefaceOf } from '../../../src/core/tracks/preface.js'
import { WayIn } from '../../../src/core/tracks/way-in.js'
import { simplex } from '../../../src/testing/awkward/index.js'
import { connectionPair } from '../../../src/testing/connection-pair.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { Collected, nextConnection } from './collected.js'

const context = createTestContext(tmpdir())

describe('a pair of one-way connections', () => {
  const oneWay = simplex()
  const transport = paired(oneWay)
  let listener: Listener

  beforeEach(async () => {
    listener = await transport.listen(oneWay.nodeAddress('test', 'shop'), context)
  })

  afterEach(() => listener.close())

  async function pair(): Promise<[Connection, Connection]> {
    const accepted = nextConnection(listener)
    return [await transport.connect(listener.address, context), await accepted]
  }

  it('carries frames both ways', async () => {
    const [dialled, accepted] = await pair()
    const got = [new Collected(dialled), new Collected(accepted)] as const
    dialled.send(Buffer.from('one coffee'))
    expect(await got[1].until(1)).toEqual(['one coffee'])
    accepted.send(Buffer.from('thank you'))
    expect(await got[0].until(1)).toEqual(['thank you'])
    dialled.abort()
  })

  it('ends as one: what was sent arrives, then each side hears who closed', async () => {
    const [dialled, accepted] = await pair()
    const got = new Collected(accepted)
    new Collected(dialled)
    dialled.send(Buffer.from('bye'))
    await dialled.close()
    expect([await dialled.closed, await accepted.closed]).toEqual([{ by: 'us' }, { by: 'peer' }])
    expect(got.frames).toEqual(['bye'])
  })

  it('delivers what the peer sent before it went, also to a side that was in the middle of sending', async () => {
    const [out] = connectionPair()
    const [theirs, arriving] = connectionPair()
    const wayIn = new WayIn(arriving)
    theirs.send(prefaceOf(Uint8Array.of(1)))
    await wayIn.preface
    const connection = new PairedConnection(out, wayIn)
    const got = new Collected(connection)
    connection.pause()
    theirs.send(Buffer.from('bye'))
    out.abort(new SignalboxError('CLOSED', 'nobody reads it any more'))
    await new Promise(resolve => setImmediate(resolve))
    connection.resume()
    expect(await got.until(1)).toEqual(['bye'])
    await theirs.close()
    expect(await connection.closed).toMatchObject({ by: 'fault', error: { code: 'CLOSED' } })
  })

  it('waits for its sink, and stands still while it is paused', async () => {
    const [dialled, accepted] = await pair()
    dialled.send(Buffer.from('early'))
    accepted.pause()
    const got = new Collected(accepted)
    await new Promise(resolve => setImmediate(resolve))
    expect(got.frames).toEqual([])
    accepted.resume()
    expect(await got.until(1)).toEqual(['early'])
    dialled.abort()
  })

  it('[I12] is not made for a stranger, who does not say where to answer', async () => {
    let arrived = 0
    const arriving = listener.connections$.subscribe(() => arrived++)
    for (const bytes of [
      prefaceOf(new Uint8Array(3)),
      prefaceOf(new Uint8Array(40)),
      new Uint8Array(9).fill(0xff),
    ]) {
      const stranger = await oneWay.connect(listener.address, context)
      stranger.send(bytes)
      expect((await stranger.closed).by).toBe('peer')
    }
    expect(arrived).toBe(0)
    arriving.unsubscribe()
  })

  it('fails with NO_LISTENER where nobody listens', async () => {
    const nobody = oneWay.nodeAddress('test', 'nobody')
    await expect(transport.connect(nobody, context)).rejects.toMatchObject({ code: 'NO_LISTENER' })
  })
})

describe('a preface', () => {
  it('is found in a stream, however it is cut, with what follows', () => {
    const whole = Buffer.concat([prefaceOf(Buffer.from('hello')), Buffer.from('rest')])
    for (let cut = 1; cut < 7; cut++) {
      const reader = new PrefaceReader()
      expect(reader.take(whole.subarray(0, cut))).toBeUndefined()
      const read = reader.take(whole.subarray(cut))
      expect(read).toMatchObject({
        content: Uint8Array.from(Buffer.from('hello')),
        rest: Uint8Array.from(Buffer.from('rest')),
      })
    }
  })
})
