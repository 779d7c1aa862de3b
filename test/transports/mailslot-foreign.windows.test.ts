import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { firstValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { parseAddress } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import {
  Mailslot,
  type MailslotOptions,
  MailslotWriter,
  mailslot,
} from '../../src/transports/mailslot/index.js'
import { startCPeer } from '../support/c-peer.js'
import { until } from '../support/until.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

let last = 0
const freshName = () => `foreign-${process.pid}-${++last}`
const pathOf = (name: string) => `\\\\.\\mailslot\\${name}`

function createSlot(name: string, options?: MailslotOptions): Mailslot {
  const slot = Mailslot.create(name, options)
  onTestFinished(() => slot.close())
  return slot
}

function openWriter(name: string): MailslotWriter {
  const writer = MailslotWriter.open(name)
  onTestFinished(() => writer.close())
  return writer
}

/** A C program with a mailslot, when it has said that it is ready. */
async function startReady(context: TestContext, ...args: string[]): Promise<ChildProcess> {
  const program = startCPeer(context, 'mailslot', args)
  onTestFinished(() => void program.kill())
  await once(program.stdout ?? program, 'data')
  return program
}

const exitOf = (program: ChildProcess) => once(program, 'exit').then(([exitCode]) => exitCode)

describe('mailslots and programs that know nothing of Signalbox', () => {
  it('[mailslot: listen-connect] a C program writes, and its messages arrive whole and in order', async context => {
    const slot = createSlot(freshName())
    const program = startCPeer(context, 'mailslot', ['write', slot.path, '1000', '64'])
    const exit = exitOf(program)
    const numbers: number[] = []
    for await (const message of slot) {
      expect(message.length).toBe(64)
      numbers.push(Number.parseInt(Buffer.from(message).toString(), 10))
      if (numbers.length === 1000) break
    }
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, number) => number))
    expect(await exit).toBe(0)
  })

  it('[mailslot: listen-connect] a C program reads what is written to its slot', async context => {
    const name = freshName()
    const program = await startReady(context, 'serve', pathOf(name), '3', '0')
    const printed = new Promise<string>(resolve => {
      let text = ''
      program.stdout?.on('data', bytes => {
        text += bytes
      })
      program.stdout?.on('end', () => resolve(text))
    })
    const writer = openWriter(name)
    for (const text of ['one', 'two', 'drei ö']) expect(writer.write(Buffer.from(text))).toBe('sent')
    expect((await printed).replaceAll('\r', '')).toBe('one\ntwo\ndrei ö\n')
  })

  it('[mailslot: both-ways] endpoints with raw names talk with it both ways', async context => {
    const name = freshName()
    const raw = { rawNames: true }
    const endpoint = await mailslot().open(parseAddress(`mailslot://./${name}`), createTestContext(''), raw)
    onTestFinished(() => endpoint.close())
    const arrived = firstValueFrom(endpoint.packets$.pipe(take(3), toArray()))
    const writing = startCPeer(context, 'mailslot', ['write', pathOf(name), '3', '1'])
    expect(await exitOf(writing)).toBe(0)
    expect((await arrived).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['0', '1', '2'])

    const reader = freshName()
    const reading = await startReady(context, 'serve', pathOf(reader), '1', '400')
    const exit = exitOf(reading)
    expect(endpoint.send(Buffer.from('hello'), parseAddress(`mailslot://./${reader}`))).toBe('sent')
    expect(await exit).toBe(0)
  })

  it('[mailslot: limits] a message over the maximum is not delivered cut, and the next one is whole', async context => {
    const slot = createSlot(freshName(), { maxMessage: 100 })
    // Windows refuses it to its writer, and Wine does not.
    const tooLong = await exitOf(startCPeer(context, 'mailslot', ['write', slot.path, '1', '101']))
    expect(await exitOf(startCPeer(context, 'mailslot', ['write', slot.path, '1', '100']))).toBe(0)
    const message = await firstValueFrom(slot.messages$)
    expect(message.length).toBe(100)
    expect(slot.oversized).toBe(tooLong === 0 ? 1 : 0)
  })

  it('[mailslot: limits] a flood of messages over the maximum hides no later one', async () => {
    const slot = createSlot(freshName(), { maxMessage: 100, pollInterval: Number.POSITIVE_INFINITY })
    const writer = openWriter(slot.path.slice(pathOf('').length))
    const refusals = []
    for (let count = 0; count < 150; count += 1)
      refusals.push(outcomeOf(() => writer.write(Buffer.alloc(101))))
    writer.write(Buffer.from('whole'))
    expect(Buffer.from(await firstValueFrom(slot.messages$)).toString()).toBe('whole')
    expect(slot.oversized).toBe(refusals.filter(outcome => outcome === 'sent').length)
  })

  it('[mailslot: limits] the reader says what is too large, and its writers refuse that, whatever they were told', () => {
    const name = freshName()
    const slot = createSlot(name, { maxMessage: 400, security: 'everyone' })
    for (const [maxMessage, counts] of [[undefined, 400] as const, [1000, 400] as const, [4, 4] as const]) {
      using writer = MailslotWriter.open(name, maxMessage === undefined ? {} : { maxMessage })
      expect(writer.maxMessage).toBe(counts)
      expect(() => writer.write(Buffer.alloc(counts + 1))).toThrow(code('FRAME_TOO_LARGE'))
    }
    expect([slot.read(), slot.oversized]).toEqual([undefined, 0])
    using roomy = Mailslot.create(freshName(), { maxMessage: 100_000 })
    using writer = MailslotWriter.open(roomy.path.slice(pathOf('').length))
    writer.write(Buffer.alloc(100_000))
    expect(roomy.read()?.length).toBe(100_000)
  })

  it('[mailslot: limits] a writer refuses what is over its maximum, and takes nothing of it', async () => {
    const slot = createSlot(freshName())
    const writer = MailslotWriter.open(slot.path.slice(pathOf('').length), { maxMessage: 4 })
    onTestFinished(() => writer.close())
    expect(() => writer.write(Buffer.from('12345'))).toThrow(code('FRAME_TOO_LARGE'))
    expect(slot.read()).toBeUndefined()
    writer.write(Buffer.from('1234'))
    expect(Buffer.from(slot.read() ?? []).toString()).toBe('1234')
  })

  it('[mailslot: limits] a C program that never reads makes a writer say full, and does not block it', async context => {
    const name = freshName()
    await startReady(context, 'keep', pathOf(name))
    const writer = openWriter(name)
    let sent = 0
    while (writer.write(Buffer.alloc(400)) === 'sent') sent += 1
    expect(sent).toBeGreaterThan(0)
    expect(writer.write(Buffer.alloc(400))).toBe('full')
  })

  it('[mailslot: peer-death] a C program that is killed lets its name go when the last writer closes', async context => {
    const name = freshName()
    const owner = await startReady(context, 'keep', pathOf(name))
    expect(() => Mailslot.create(name)).toThrow(code('ADDRESS_IN_USE'))
    const writer = openWriter(name)
    const exit = exitOf(owner)
    owner.kill()
    await exit
    writer.close()
    createSlot(name)
    expect(() => Mailslot.create(name)).toThrow('a live process reads it')
  })

  it('[mailslot: peer-death] a name that a dead reader’s writers keep says so, and is free when they close', async context => {
    const name = freshName()
    const slot = Mailslot.create(name)
    const holder = await startReady(context, 'hold', slot.path)
    slot.close()
    const attempt = () => Mailslot.create(name)
    // Windows frees the name with its reader.
    const free = isFree(attempt)
    if (!free) expect(attempt).toThrow('programs that write to it still have it open')
    const exit = exitOf(holder)
    holder.stdin?.end()
    await exit
    expect(isFree(attempt)).toBe(true)
  })

  it('[mailslot: peer-death] a writer that stays open hears that its reader is gone', async () => {
    const name = freshName()
    const slot = Mailslot.create(name)
    const writer = openWriter(name)
    expect(writer.write(Buffer.from('to somebody'))).toBe('sent')
    slot.close()
    await until(() => outcomeOf(() => writer.write(Buffer.from('to nobody'))) === 'refused')
    expect(() => writer.write(Buffer.from('to nobody'))).toThrow(code('NO_LISTENER'))
  })

  it('[mailslot: listen-connect] a message is waited for as long as was said, and a closed slot ends the wait', async () => {
    const name = freshName()
    const slot = createSlot(name)
    await expect(slot.next({ timeout: 0 })).rejects.toEqual(code('TIMEOUT'))
    await expect(slot.next({ timeout: 30 })).rejects.toThrow('no message came in 30 ms')
    const controller = new AbortController()
    const givenUp = slot.next({ signal: controller.signal })
    controller.abort()
    await expect(givenUp).rejects.toEqual(code('ABORTED'))
    const waiting = slot.next({ timeout: 60_000 })
    openWriter(name).write(Buffer.from('at last'))
    expect(Buffer.from(await waiting).toString()).toBe('at last')
    const inVain = slot.next()
    slot.close()
    await expect(inVain).rejects.toEqual(code('CLOSED'))
    await expect(slot.next()).rejects.toEqual(code('CLOSED'))
  })

  it('[mailslot: threads] messages wait in the system until they are asked for', async () => {
    const slot = createSlot(freshName())
    const writer = openWriter(slot.path.slice(pathOf('').length))
    for (const text of ['1', '2', '3']) writer.write(Buffer.from(text))
    const messages = slot[Symbol.asyncIterator]()
    expect(Buffer.from((await messages.next()).value ?? []).toString()).toBe('1')
    expect(Buffer.from(slot.read() ?? []).toString()).toBe('2')
    slot.close()
    expect(await messages.next()).toEqual({ done: true, value: undefined })
  })

  it('nobody’s slot and closed writers say so', () => {
    expect(() => MailslotWriter.open(freshName())).toThrow(code('NO_LISTENER'))
    const slot = createSlot(freshName())
    const writer = openWriter(slot.path.slice(pathOf('').length))
    writer.close()
    writer.close()
    expect(() => writer.write(Buffer.from('late'))).toThrow(code('CLOSED'))
    slot.close()
    slot.close()
    expect(slot.read()).toBeUndefined()
  })
})

/** Windows refuses what is over the reader's maximum, and Wine does not. */
function outcomeOf(write: () => string): string {
  try {
    return write()
  } catch {
    return 'refused'
  }
}

function isFree(create: () => Mailslot): boolean {
  try {
    create().close()
    return true
  } catch {
    return false
  }
}
