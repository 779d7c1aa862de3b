import { readFileSync } from 'node:fs'
import { describe, expect, it, type RunnerTestSuite } from 'vitest'
import { z } from 'zod'
import { type LaneSink, type Outcome, PromiseReceipt } from '../../src/core/link/index.js'
import { type ActorRef, type AskContext, message, type Node, protocol, request } from '../../src/index.js'
import { Desk } from '../peers/desk.js'
import { type Bed, bed, Node as Peer, turn } from '../simulation/track-bed.js'
import { Gate } from '../support/gate.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

// The sentences of docs/delivery.md, by their numbers.

const NOTHING = new Uint8Array()
const Said = message('delivery.said', z.string())
const Asked = request('delivery.asked', { input: z.string(), output: z.string() })
const Listener = protocol('listener', { said: Said, asked: Asked })

/** An actor that writes down what it hears, once it is let. */
interface Heard {
  readonly words: string[]
  readonly gate: Gate
  readonly ref: ActorRef<typeof Listener>
  readonly shop: Node
  readonly till: Node
}

async function listening(limit = 1000): Promise<Heard> {
  const { start } = nodes({ transports: { prefer: ['memory'] } })
  const [shop, till] = [await start('shop'), await start('till')]
  const words: string[] = []
  const gate = new Gate()
  await shop.spawn(
    Listener,
    () => ({
      said: async (word: string) => {
        words.push(word)
        await gate.passed
      },
      asked: (word: string) => {
        if (word === 'fail') throw new Error('no answer to that')
        return `${word}?`
      },
    }),
    { mailbox: { limit, overflow: 'block' } },
  )
  return { words, gate, ref: till.ref(Listener, 'signalbox://shop/listener'), shop, till }
}

/** A session whose receiver accepts when the test says so. */
async function held(
  window = 2,
): Promise<Bed & { got: number[]; accept: (() => void)[]; statuses: string[] }> {
  const got: number[] = []
  const accept: (() => void)[] = []
  const control: LaneSink = {
    accept: bytes => {
      got.push(bytes[0] ?? -1)
      return new Promise(resolve => accept.push(resolve))
    },
  }
  const made = await bed({}, { hello: { window: { messages: window, bytes: 100 } }, host: { control } })
  return Object.assign(made, { got, accept, statuses: [] as string[] })
}

function send(link: Bed['dialled'], ...values: number[]): Promise<string[]> {
  const sent = values.map(value => link.control.send(NOTHING, Uint8Array.of(value)))
  return Promise.allSettled(sent).then(results =>
    results.map(result => (result.status === 'rejected' ? result.reason.code : 'accepted')),
  )
}

function cutAll({ tracks }: Bed): void {
  for (const ends of tracks) {
    ends[0].cut(0)
    for (const end of ends) end.notice()
  }
}

describe('outcomes', () => {
  it('D1 accepted is what the mailbox took, not what arrived', async () => {
    const made = await held()
    const receipt = new PromiseReceipt()
    const outcomes: Outcome['status'][] = []
    made.dialled.control.offer(NOTHING, Uint8Array.of(7), {
      settle: outcome => {
        outcomes.push(outcome.status)
        receipt.settle(outcome)
      },
    })
    await made.calm()
    expect([made.got, outcomes]).toEqual([[7], []])
    made.accept[0]?.()
    await made.calm()
    expect(outcomes).toEqual(['accepted'])
    await receipt.promise
  })

  it('D2 rejected was not accepted, and says why', async () => {
    const { ref, words } = await listening()
    await expect(ref.send.said(5 as unknown as string)).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' })
    expect(words).toEqual([])
  })

  it('D3 D4 D5 when the session ends, what left is unknown, what did not is rejected, and each has one outcome', async () => {
    const made = await held(2)
    const sent = send(made.dialled, 1, 2, 3, 4)
    await made.calm()
    cutAll(made)
    await made.calm()
    await made.pass(10_500)
    expect(await sent).toEqual(['PEER_LOST', 'PEER_LOST', 'CLOSED', 'CLOSED'])
    expect(made.got).toEqual([1])
  })
})

describe('tell', () => {
  it('D6 returns at once, and false when there is no room', async () => {
    const { ref, gate, words } = await listening(1)
    await ref.send.said('first')
    let taken = 0
    while (ref.tell.said('x'.repeat(10_000))) taken++
    expect(taken).toBeGreaterThan(0)
    gate.open()
    await until(() => words.length === taken + 1)
    await ref.send.said('last')
    await until(() => words.length === taken + 2)
    expect(words.at(-1)).toBe('last')
  })

  it('D7 what was taken and rejected is in the dead letters, with its reason', async () => {
    const { ref, till } = await listening()
    const letters: string[] = []
    till.deadLetters$.subscribe(({ outcome, reason }) => void letters.push(`${outcome} ${reason.code}`))
    await ref.ask.asked('hello')
    expect(ref.tell.said(5 as unknown as string)).toBe(true)
    await until(() => letters.length > 0)
    expect(letters).toEqual(['rejected PAYLOAD_INVALID'])
  })
})

describe('send', () => {
  it('D8 D9 resolves when there was room for it, in its order', async () => {
    const { ref, gate, words } = await listening(1)
    const sent = Array.from({ length: 50 }, (_, index) => ref.send.said(String(index)))
    let last = false
    void sent.at(-1)?.then(() => {
      last = true
    })
    await sent[0]
    await until(() => words.length === 1)
    expect(last).toBe(false)
    gate.open()
    await Promise.all(sent)
    await until(() => words.length === 50)
    expect(words).toEqual(Array.from({ length: 50 }, (_, index) => String(index)))
  })

  it('D10 its signal takes back what has not left; afterwards the outcome tells', async () => {
    const made = await held(1)
    const abort = new AbortController()
    const sends = [1, 2].map(value => made.dialled.control.send(NOTHING, Uint8Array.of(value), abort.signal))
    const ending = expect(sends[1]).rejects.toMatchObject({ code: 'ABORTED' })
    abort.abort()
    await ending
    await made.calm()
    made.accept[0]?.()
    await made.calm()
    await sends[0]
    expect(made.got).toEqual([1])
  })
})

describe('ask', () => {
  it('D11 resolves with the answer, or rejects with the error', async () => {
    const { ref } = await listening()
    expect(await ref.ask.asked('why')).toBe('why?')
    await expect(ref.ask.asked('fail')).rejects.toMatchObject({ code: 'HANDLER_FAILED' })
  })

  it('D12 rejects with TIMEOUT when no answer comes, and the handler is told', async () => {
    const { start } = nodes({ transports: { prefer: ['memory'] } })
    const [shop, till] = [await start('shop'), await start('till')]
    const Slow = protocol('slow', { asked: Asked })
    let begun = 0
    let told = 0
    await shop.spawn(Slow, () => ({
      asked: (word: string, { signal }: AskContext) => {
        if (word === 'at once') return word
        begun++
        return new Promise<string>(resolve => {
          signal.addEventListener('abort', () => {
            told++
            resolve('too late')
          })
        })
      },
    }))
    const ref = till.ref(Slow, 'signalbox://shop/slow')
    await ref.ask.asked('at once') // there is a session from here on
    // Where the time is over before its turn comes, it is not begun.
    while (begun === 0)
      await expect(ref.ask.asked('later', { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    await until(() => told === begun)
  })

  it('D13 rejects when the answerer is lost', async () => {
    const { start } = nodes({ transports: { prefer: ['memory'] } })
    const [shop, till] = [await start('shop'), await start('till')]
    const Slow = protocol('slow', { asked: Asked })
    let times = 0
    await shop.spawn(Slow, () => ({
      asked: () => {
        times++
        return new Promise<string>(() => {})
      },
    }))
    const answer = till.ref(Slow, 'signalbox://shop/slow').ask.asked('x', { timeout: 60_000 })
    const ending = expect(answer).rejects.toMatchObject({
      code: expect.stringMatching(/PEER_LOST|ACTOR_STOPPED|CLOSED/),
    })
    await until(() => times > 0)
    await shop.close()
    await ending
    expect(times).toBe(1)
  })
})

describe('order and repetition', () => {
  it('D14 D15 order holds, and nothing is lost or doubled, while tracks die and others come', async () => {
    const got: number[] = []
    const control: LaneSink = { accept: bytes => void got.push(bytes[0] ?? -1) }
    let place = 0
    const chooseTrack = <T>(_: number, tracks: readonly T[]) => tracks[place++ % tracks.length]
    const made = await bed({ link: { chooseTrack } }, { host: { control } }, 3)
    const sent: Promise<string[]>[] = []
    for (let round = 0; round < 10; round++) {
      sent.push(send(made.dialled, ...Array.from({ length: 20 }, (_, index) => round * 20 + index)))
      await turn()
      const ends = made.tracks.at(-3)
      ends?.[round % 2]?.deliver()
      ends?.[0].cut(round % 3)
      for (const end of ends ?? []) end.notice()
      await made.join()
    }
    await made.calm()
    expect(new Set((await Promise.all(sent)).flat())).toEqual(new Set(['accepted']))
    expect(got).toEqual(Array.from({ length: 200 }, (_, index) => index))
  })

  it('D16 nothing of one session arrives in another, or in another life', async () => {
    const got: number[] = []
    const host = { control: { accept: (bytes: Uint8Array) => void got.push(bytes[0] ?? -1) } }
    const made = await bed({}, { host })
    const sent = send(made.dialled, 1)
    cutAll(made)
    const reborn = new Peer('right', made.clock, { life: 2, host })
    const [mine, theirs] = made.network.connect()
    const meeting = Promise.all([reborn.dial('left', mine), made.left.accept(theirs)])
    await made.calm()
    await meeting
    expect([await sent, got]).toEqual([['PEER_LOST'], []])
  })
})

describe('liveness', () => {
  it('D17 a silent track is given up after three heartbeats and before five', async () => {
    const made = await bed({}, {}, 2)
    made.tracks[0]?.[0].cut(0)
    await made.pass(3000)
    expect(made.dialled.tracks).toEqual([1, 2])
    await made.pass(2000)
    expect(made.dialled.tracks).toEqual([2])
  })

  it('D18 a session without a track ends after its time to resume, and not before', async () => {
    const made = await bed({ link: { resume: 3000 } }, { link: { resume: 0 } })
    cutAll(made)
    await made.calm()
    expect([made.taken.ended, made.dialled.ended]).toEqual([true, false])
    await made.pass(2500)
    expect(made.dialled.ended).toBe(false)
    await made.pass(500)
    expect(made.dialled.ended).toBe(true)
  })

  it('D19 who stood still accuses nobody', async () => {
    const made = await bed()
    made.clock.stall(60_000)
    await made.calm()
    expect([made.dialled.tracks, made.taken.tracks]).toEqual([[1], [1]])
  })

  it('D20 close waits at most 2 s for outcomes', async () => {
    const made = await held()
    const sent = send(made.dialled, 1)
    await made.calm()
    const closing = made.dialled.close()
    await made.pass(1500)
    expect(made.dialled.tracks).toEqual([1])
    await made.pass(500)
    await closing
    expect(await sent).toEqual(['PEER_LOST'])
  })
})

describe('certain death', () => {
  it('D21 a peer that is certainly dead is not waited for', async () => {
    const { config, start } = nodes({ transports: { prefer: ['named-pipe'] }, link: { resume: 3_600_000 } })
    const till = await start('till')
    const shop = await NodePeer.start('shop', config)
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    await desk.ask.echo('text')
    const lost = expect(desk.ask.never(undefined, { timeout: 3_600_000 })).rejects.toMatchObject({
      code: 'PEER_LOST',
    })
    await shop.kill()
    await lost
  })
})

describe('what may wait', () => {
  const mebibyte = 'x'.repeat(1024 * 1024)

  it('D22 is so much for one receiver: one of any size, what follows it, and no more', async () => {
    const made = await held()
    const large = new Uint8Array(1_000_000)
    const codes: string[] = []
    const sent: Promise<unknown>[] = []
    const send = (message: Uint8Array) =>
      sent.push(made.dialled.control.send(NOTHING, message).catch(({ code }) => codes.push(code)))
    while (codes.length === 0) {
      send(large)
      await turn()
    }
    expect(sent.length * large.length).toBeGreaterThan(64 * 1024 * 1024 + large.length)
    expect((sent.length - 2) * large.length).toBeLessThanOrEqual(64 * 1024 * 1024 + large.length)
    for (let count = sent.length; count < 4100; count++) send(Uint8Array.of(1))
    await turn()
    expect(codes).toEqual(['OVERFLOW', 'OVERFLOW', 'OVERFLOW', 'OVERFLOW'])
    made.dialled.abort()
    await Promise.all(sent)
  })

  it('D23 is as much for a node that is being reached', async () => {
    const { start } = nodes({ transports: { prefer: ['memory'] }, link: { maxMessage: 1024 * 1024 } })
    const till = await start('till')
    const ref = till.ref(Listener, 'signalbox://shop/listener')
    let told = 0
    while (ref.tell.said(mebibyte)) told++
    expect(told).toBe(65)
    const refused = { code: 'OVERFLOW', message: expect.stringContaining('connection to shop') }
    await expect(ref.send.said(mebibyte)).rejects.toMatchObject(refused)
    await expect(ref.ask.asked(mebibyte)).rejects.toMatchObject(refused)
    expect(ref.tell.said('a short word')).toBe(true)
  })

  it('D23 is what a value was when it was told, sent or asked with', async () => {
    const { start } = nodes({ transports: { prefer: ['memory'] } })
    const [shop, till] = [await start('shop'), await start('till')]
    const numbers: number[] = []
    const noted = ({ number }: { number: number }) => void numbers.push(number)
    await shop.spawn(Desk, () => ({ noted, seen: () => numbers, echo: text => text, never: () => '' }))
    const desk = till.ref(Desk, 'signalbox://shop/desk')
    const note = { by: 'till', number: 1 }
    expect(desk.tell.noted(note)).toBe(true)
    const sent = desk.send.noted(note)
    note.number = 2
    await sent
    expect(numbers).toEqual([1, 1])
  })

  it('D24 is so many answers for a peer that does not take them', async () => {
    const { start } = nodes({ transports: { prefer: ['memory'] }, link: { maxMessage: 1024 * 1024 } })
    const [shop, till] = [await start('shop'), await start('till')]
    const gate = new Gate()
    const Slow = protocol('slow', { asked: Asked })
    const asked: Promise<string>[] = []
    let open = 0
    const answer = async () => {
      open++
      await gate.passed
      return mebibyte.slice(100)
    }
    for (let actor = 0; actor < 200; actor++) {
      await shop.spawn(Slow, () => ({ asked: answer }), { name: `slow-${actor}` })
      asked.push(till.ref(Slow, `signalbox://shop/slow-${actor}`).ask.asked('x', { timeout: 60_000 }))
    }
    const outcomes = Promise.allSettled(asked)
    await until(() => open === asked.length)
    gate.open()
    const codes = (await outcomes).map(outcome =>
      outcome.status === 'rejected' ? outcome.reason.code : 'answered',
    )
    expect(new Set(codes)).toEqual(new Set(['answered', 'OVERFLOW']))
  })
})

describe('the page', () => {
  it('has no sentence without a test', ({ task }) => {
    const names = (suite: RunnerTestSuite): string[] =>
      suite.tasks.flatMap(each => (each.type === 'suite' ? names(each) : [each.name]))
    const named = new Set(names(task.file).flatMap(name => name.match(/\bD\d+\b/g) ?? []))
    const page = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8')
    const sentences = [...page.matchAll(/\*\*(D\d+)\.\*\*/g)].map(([, id]) => id ?? '')
    expect(sentences).toEqual(Array.from({ length: sentences.length }, (_, index) => `D${index + 1}`))
    expect(sentences.filter(id => !named.has(id))).toEqual([])
  })
})
