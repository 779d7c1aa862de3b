import { afterEach, expect, inject, it } from 'vitest'
import type { SignalboxError } from '../../../src/core/contracts/index.js'
import { FrameKind } from '../../../src/core/link/frames.js'
import { shakeHands } from '../../../src/core/link/handshake.js'
import type { LaneSink, Session } from '../../../src/core/link/index.js'
import { MessageTrack } from '../../../src/core/link/message-track.js'
import { StreamTrack } from '../../../src/core/link/stream-track.js'
import { connectionPair, type PairedConnection } from '../../../src/testing/connection-pair.js'
import { SeededRandom } from '../../../src/testing/seeded-random.js'
import { VirtualClock } from '../../../src/testing/virtual-clock.js'
import { rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { type AllocationProbe, probeAllocations } from './allocation-probe.js'
import { bytes, linkPair, optionsOf, settle } from './link-pair.js'
import { Mutator } from './mutator.js'
import { speak, VICTIM_LIMITS, Victim } from './victim.js'

/** Under Wine the code is the same, and only slower: a sample is enough there. */
const frames = inject('project') === 'wine' ? 2000 : 200_000
/** They are heard in several tests: one would take ten seconds even where nothing else runs. */
const parts = Math.ceil(frames / 20_000)

let probe: AllocationProbe | undefined
afterEach(() => probe?.stop())

it.for(Array.from({ length: parts }, (_, part) => part))(
  '[I12] no frames make a link do anything but what it should, or end with PROTOCOL_VIOLATION, part %i',
  async (part, test) => {
    const seed = (Date.now() % 1_000_000) + part
    const tally = tallied(test, seed, { frames: 0 })
    const random = new SeededRandom(seed)
    const session = await recordSession()
    const handshakes = [
      { role: 'dialler', right: await recordHandshake('dialler') },
      { role: 'listener', right: await recordHandshake('listener') },
    ] as const
    expect(await unspoiled(session, random)).toBe('peer')
    const endings = { session: new Endings(), handshake: new Endings() }
    const budget = new Budget(frames / parts, 100_000_000 / parts, 1 / (parts - part))
    const allocations = probeAllocations()
    probe = allocations
    for (let count = 0; budget.left; count++) {
      const boundaries = count % 2 === 0 ? 'message' : 'stream'
      const where = `seed ${seed}, round ${count}`
      // Handshakes are short: some of them with each session, so that they get their share.
      for (const { role, right } of [...handshakes, ...handshakes]) {
        const { ending, unchanged } = await fuzzHandshake(role, right, boundaries, random, budget)
        expect(ending === 'established', `${where}: ${ending}`).toBe(unchanged)
        expect(allocations.takeLargest(), where).toBeLessThanOrEqual(4096)
        endings.handshake.add(ending)
      }
      endings.session.add(await fuzzSession(session, boundaries, random, budget))
      expect(allocations.takeLargest(), where).toBeLessThanOrEqual(VICTIM_LIMITS.maxMessage)
      tally.frames = budget.spent
    }
    Object.assign(tally, endings.session.counts('sessions'), endings.handshake.counts('handshakes'))
    expect(['PROTOCOL_VIOLATION', 'goes on', 'peer']).toEqual(expect.arrayContaining(endings.session.names))
    const refusals = ['PROTOCOL_VIOLATION', 'AUTHENTICATION_FAILED', 'HANDSHAKE_REFUSED', 'TIMEOUT']
    expect(['established', ...refusals]).toEqual(expect.arrayContaining(endings.handshake.names))
  },
)

/** Lets a busy link hear what a peer once said, spoiled here and there. */
async function fuzzSession(
  corpus: readonly Uint8Array[],
  boundaries: 'message' | 'stream',
  random: SeededRandom,
  budget: Budget,
): Promise<string> {
  const victim = new Victim(random, boundaries)
  const mutator = new Mutator(random, corpus)
  const rarity = 2 + random.below(60) // a frame in so many is spoiled
  const invented = random.below(4) === 0
  for (const frame of corpus) {
    if (victim.link.ended || !budget.spend()) break
    // An honest peer ends a lane only when it heard the fate of its messages.
    if (frame[0] === FrameKind.end || random.below(8) === 0) await victim.turn()
    if (invented && random.below(4) === 0) victim.hear(mutator.invent())
    else victim.hear(random.below(rarity) === 0 ? mutator.mutate(frame) : frame)
  }
  return victim.end()
}

/** Lets one side of a handshake hear the right frames, or nearly so. */
async function fuzzHandshake(
  role: Session['role'],
  right: readonly Uint8Array[],
  boundaries: 'message' | 'stream',
  random: SeededRandom,
  budget: Budget,
): Promise<{ ending: string; unchanged: boolean }> {
  const mutator = new Mutator(random, right)
  const said = right.map(frame => {
    const chance = budget.spend() ? random.below(6) : 6
    if (chance === 0) return mutator.invent()
    return chance === 1 ? mutator.mutate(frame) : frame
  })
  const unchanged = right.every((frame, index) => Buffer.compare(frame, said[index] ?? frame) === 0)
  return { ending: await greet(role, said, random, boundaries), unchanged }
}

/** Without a fault the recorded session runs to its end: what is spoiled got far before. */
async function unspoiled(corpus: readonly Uint8Array[], random: SeededRandom): Promise<string> {
  const victim = new Victim(random, 'message')
  for (const frame of corpus) {
    await victim.turn()
    victim.hear(frame)
  }
  return victim.end()
}

/** How many frames there still are to spend. */
class Budget {
  spent = 0
  left = true
  readonly #rounds: Generator<number>

  constructor(...counts: Parameters<typeof rounds>) {
    this.#rounds = rounds(...counts)
  }

  /** Takes one; false when there is none. */
  spend(): boolean {
    this.left = this.#rounds.next().done !== true
    if (this.left) this.spent++
    return this.left
  }
}

/** How often what came of them. */
class Endings {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  get names(): string[] {
    return [...this.#counts.keys()]
  }

  /** @param of in front of each name */
  counts(of: string): Record<string, number> {
    return Object.fromEntries([...this.#counts].map(([name, count]) => [`${of} ${name}`, count]))
  }
}

/** What a busy node says to another one in a session, from OPEN to BYE. */
async function recordSession(): Promise<Uint8Array[]> {
  let count = 0
  const sink: LaneSink = {
    accept: () => {
      if (++count % 5 === 0) throw new Error('every fifth is rejected')
    },
  }
  const host = { control: sink, replies: sink, laneOpened: () => sink }
  const { left, right, connections } = await linkPair(
    { hello: VICTIM_LIMITS, host },
    { hello: VICTIM_LIMITS, host },
  )
  for (const link of [left, right]) speak(link, () => ({ settle: () => {} }))
  await settle()
  await left.close()
  return connections[0].sent.filter(frame => (frame[0] ?? 0) >= 0x10)
}

/** What the peer of `role` says in a handshake with the nonces that {@link greet} uses too. */
async function recordHandshake(role: Session['role']): Promise<Uint8Array[]> {
  const connections = connectionPair()
  await Promise.all([shake('dialler', connections[0]), shake('listener', connections[1])])
  return connections[role === 'dialler' ? 1 : 0].sent
}

function shake(
  role: Session['role'],
  connection: PairedConnection,
  boundaries: 'message' | 'stream' = 'message',
  clock = new VirtualClock(),
): Promise<void> {
  const track = boundaries === 'stream' ? new StreamTrack(connection) : new MessageTrack(connection)
  const context = { clock, random: new SeededRandom(role.length) }
  const options = optionsOf(role === 'dialler' ? 'left' : 'right', { secret: bytes('a secret') })
  return shakeHands(role, track, context, options, () => {})
}

/** Lets one side of a handshake hear `said`, and tells how it came out. */
async function greet(
  role: Session['role'],
  said: readonly Uint8Array[],
  random: SeededRandom,
  boundaries: 'message' | 'stream',
): Promise<string> {
  const [peer, connection] = connectionPair(
    boundaries === 'stream' ? { pieces: () => 1 + random.below(100) } : {},
  )
  peer.receive(() => {})
  const clock = new VirtualClock()
  const ending = shake(role, connection, boundaries, clock).then(
    () => 'established',
    (error: SignalboxError) => error.code,
  )
  for (const frame of said) {
    if (boundaries === 'stream') {
      connection.deliver(Uint8Array.of(frame.length & 0xff, frame.length >> 8, 0, 0))
    }
    connection.deliver(frame)
  }
  await new Promise(resolve => setImmediate(resolve))
  clock.advance(5000)
  const outcome = await ending
  await new Promise(resolve => setImmediate(resolve))
  if (clock.pending > 0) throw new Error(`${clock.pending} timers are left`)
  return outcome
}
