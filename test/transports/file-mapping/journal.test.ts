import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Journal, type JournalOptions } from '../../../src/transports/file-mapping/index.js'
import { crash } from '../../support/fixture.js'
import { forkPeer } from '../../support/peer.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: string
let path: string

beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder, 'orders.journal')
})

async function open(options: JournalOptions = {}): Promise<Journal> {
  const journal = await Journal.open(path, options)
  onTestFinished(() => journal.close())
  return journal
}

const failing = (code: string, words = path) =>
  expect.objectContaining({ code, message: expect.stringContaining(words) })

const text = (record: { bytes: Uint8Array } | undefined) => record && Buffer.from(record.bytes).toString()

describe('a journal', () => {
  it('[file-mapping: listen-connect] keeps records for who comes later, and each name goes on where it stopped', async () => {
    const first = await open()
    const writer = await first.writer()
    expect(['a', 'b', 'c'].map(letter => writer.append(Buffer.from(letter)))).toEqual([1, 2, 3])
    first.close()

    const second = await open({ bytes: 8192, overflow: 'drop-oldest' }) // made already: it stays as it is
    const billing = await second.consumer('billing')
    expect([billing.read(), billing.read()].map(text)).toEqual(['a', 'b'])
    billing.commit()
    expect(text(billing.read())).toBe('c')
    second.close()

    const third = await open()
    const [later, other] = [await third.consumer('billing'), await third.consumer('stock')]
    expect((await third.writer()).append(Buffer.from('d'))).toBe(4)
    expect([later.read(), later.read(), later.read()].map(text)).toEqual(['c', 'd', undefined])
    expect([other.read(), other.read()].map(text)).toEqual(['a', 'b'])
    expect(third.consumers()).toEqual([
      { name: 'billing', next: 3, dropped: 0 },
      { name: 'stock', next: 1, dropped: 0 },
    ])
    expect(readdirSync(folder)).toEqual(['orders.journal'])
  })

  it('carries records of any length up to its longest, across the end of its ring', async () => {
    const journal = await open({ bytes: 4096 })
    const [writer, consumer] = [await journal.writer(), await journal.consumer('all')]
    expect(writer.longest).toBe(2024)
    for (let length = 0; length <= writer.longest; length += 7) {
      const bytes = Buffer.alloc(length, length)
      expect(writer.append(bytes)).toBeGreaterThan(0)
      expect(bytes.equals(consumer.read()?.bytes ?? Buffer.alloc(0))).toBe(true)
      consumer.commit()
    }
    expect(() => writer.append(Buffer.alloc(2025))).toThrow(failing('FRAME_TOO_LARGE'))
  })

  it('[file-mapping: limits] that blocks overwrites nothing that a consumer has not committed, and tells when there is room', async () => {
    const journal = await open({ bytes: 4096 })
    const writer = await journal.writer()
    const record = Buffer.alloc(1000, 1)
    expect([1, 2, 3, 4, 5].map(() => writer.append(record))).toEqual([1, 2, 3, 4, 'full'])
    const [quick, slow] = [await journal.consumer('quick'), await journal.consumer('slow')]
    for (let left = 4; left > 0; left -= 1) quick.read()
    quick.commit()
    slow.read()
    expect(writer.append(record)).toBe('full')
    const room = writer.room(1000)
    slow.commit()
    await room
    expect(writer.append(record)).toBe(5)
    expect(writer.append(record)).toBe('full')
    expect([slow.read()?.sequence, slow.read()?.sequence, quick.read()?.sequence]).toEqual([2, 3, 5])
    await journal.removeConsumer('quick').catch(error => expect(error).toEqual(failing('ADDRESS_IN_USE')))
    slow.close()
    expect(await journal.removeConsumer('slow')).toBe(true)
    expect(await journal.removeConsumer('slow')).toBe(false)
    quick.commit()
    expect(writer.append(record)).toBe(6)
  })

  it('that drops goes on, and tells each consumer how many it has missed', async () => {
    const journal = await open({ bytes: 4096, overflow: 'drop-oldest' })
    const [writer, slow] = [await journal.writer(), await journal.consumer('slow')]
    const record = Buffer.alloc(1000)
    for (let sequence = 1; sequence <= 10; sequence += 1) expect(writer.append(record)).toBe(sequence)
    expect(slow.read()?.sequence).toBe(7)
    expect(slow.dropped).toBe(6)
    expect(journal.consumers()).toEqual([{ name: 'slow', next: 7, dropped: 6 }])
    for (let sequence = 11; sequence <= 13; sequence += 1) writer.append(record)
    expect([slow.read()?.sequence, slow.dropped]).toEqual([10, 8])
  })

  it('that survives the machine uses room again once the disk knows that it is free', async () => {
    const journal = await open({ bytes: 4096, survives: 'machine' })
    const [writer, consumer] = [await journal.writer(), await journal.consumer('all')]
    for (let sequence = 1; sequence <= 50; sequence += 1) {
      while (writer.append(Buffer.alloc(1000, sequence)) === 'full') await writer.room(1000)
      expect(consumer.read()).toMatchObject({ sequence, bytes: new Uint8Array(1000).fill(sequence) })
      consumer.commit()
    }
    await writer.flush()
  })

  it('has one writer, and one reader under a name, in whatever process and as long as they live', async () => {
    const [journal, same] = [await open(), await open()]
    const writer = await journal.writer()
    const billing = await journal.consumer('billing')
    for (const each of [journal, same]) {
      await expect(each.writer()).rejects.toEqual(failing('ADDRESS_IN_USE'))
      await expect(each.consumer('billing')).rejects.toEqual(failing('ADDRESS_IN_USE', 'as billing'))
    }
    writer.close()
    billing.close()
    await same.writer()
    await same.consumer('billing')
  })

  it('knows as many consumers as it was made for, with names that can be', async () => {
    const journal = await open({ consumers: 2 })
    await Promise.all([journal.consumer('a'), journal.consumer('b')])
    await expect(journal.consumer('c')).rejects.toEqual(failing('LIMIT_EXCEEDED'))
    await expect(journal.consumer('')).rejects.toEqual(failing('ADDRESS_INVALID'))
    await expect(journal.consumer('x'.repeat(121))).rejects.toEqual(failing('ADDRESS_INVALID'))
  })

  it('says that it was closed, and ends the waits for it', async () => {
    const journal = await open({ bytes: 4096 })
    const [writer, consumer] = [await journal.writer(), await journal.consumer('all')]
    const waits = [consumer.next(), writer.room(0)]
    while (writer.append(Buffer.alloc(100)) !== 'full');
    const room = writer.room(100)
    const [record] = await Promise.all(waits)
    expect(record?.sequence).toBe(1)
    const drained = (async () => {
      for await (const { sequence } of consumer) if (sequence === 3) journal.close()
    })()
    await expect(room).rejects.toEqual(failing('CLOSED'))
    await drained
    journal.close()
    expect(() => writer.append(Buffer.alloc(1))).toThrow(failing('CLOSED'))
    expect(() => consumer.read()).toThrow(failing('CLOSED'))
    expect(() => journal.consumers()).toThrow(failing('CLOSED'))
    await expect(journal.consumer('all')).rejects.toEqual(failing('CLOSED'))
  })

  it('lets a wait be given up', async () => {
    const consumer = await (await open()).consumer('all')
    const giveUp = new AbortController()
    const record = consumer.next(giveUp.signal)
    giveUp.abort()
    await expect(record).rejects.toEqual(failing('ABORTED'))
  })

  it.each([{ bytes: 0 }, { bytes: 2 ** 33 }, { consumers: 0 }, { consumers: 1025 }])(
    'is not made of %j',
    async options => {
      await expect(Journal.open(path, options)).rejects.toEqual(failing('CONFIG_INVALID'))
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('is not made of a file that is none, or was cut, and leaves it as it is', async () => {
    writeFileSync(path, 'x'.repeat(10_000))
    await expect(Journal.open(path)).rejects.toEqual(failing('ADDRESS_INVALID', 'does not begin like one'))
    expect(readFileSync(path, 'utf8')).toBe('x'.repeat(10_000))
    path = join(folder, 'other.journal')
    ;(await open()).close()
    writeFileSync(path, readFileSync(path).subarray(0, 10_000))
    await expect(Journal.open(path)).rejects.toEqual(failing('ADDRESS_INVALID', 'it was cut'))
  })

  it('never delivers a record that somebody else has changed', async () => {
    const journal = await open()
    ;(await journal.writer()).append(Buffer.from('one coffee'))
    journal.close()
    const file = readFileSync(path)
    file[file.indexOf('coffee')] = 0x43
    writeFileSync(path, file)
    const consumer = await (await open()).consumer('all')
    expect(consumer.read()).toBeUndefined()
  })

  it('is made once by those who open it at once, and what a killed one left of its making is removed', async () => {
    writeFileSync(join(folder, 'orders.journal.999999999.0123abcd.draft'), 'half')
    const journals = await Promise.all([open(), open(), open()])
    ;(await journals[0]?.writer())?.append(Buffer.from('x'))
    expect(text((await journals[2]?.consumer('all'))?.read())).toBe('x')
    expect(readdirSync(folder)).toEqual(['orders.journal'])
  })
})

describe('a journal between two processes', () => {
  it('wakes who waits for a record, or for room', async () => {
    const journal = await open({ bytes: 4096 })
    const consumer = await journal.consumer('all')
    const peer = forkPeer('journal', ['count', path, '5000'])
    onTestFinished(() => crash(peer))
    const exited = once(peer, 'exit')
    let next = 0
    for await (const { bytes } of consumer) {
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)).toBe(next)
      next += 1
      if (next === 5000) break
    }
    consumer.commit()
    expect(await exited).toEqual([0, null])
  })
})
