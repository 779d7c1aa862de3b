import { setImmediate } from 'node:timers/promises'
import { type Address, parseAddress } from '../../core/contracts/address.js'
import type { Connection } from '../../core/contracts/connection.js'
import type { TransportContext } from '../../core/contracts/context.js'
import { AcceptQueue } from './accept-queue.js'
import type { End, LinkedEnd } from './end.js'
import { LinkEnd, type LinkTrack } from './link-end.js'
import type { LinkSettings } from './link-settings.js'
import { openAndClose, untilClosed } from './open-and-close.js'
import { type OpenHandles, openHandles } from './open-handles.js'
import type { Driven, Over } from './over.js'
import type { PeerCommands } from './peer.js'
import { TrackEnd } from './track-end.js'

interface Listening {
  readonly address: Address
  readonly over: Over
  readonly queue: AcceptQueue
}

/** Does what a peer is told, with a real transport, in whichever process it lives. */
export class PeerHost implements PeerCommands {
  readonly #ends = new Map<number, TrackEnd | LinkEnd>()
  readonly #listeners = new Map<number, Listening>()
  #lastNumber = 0

  constructor(
    private readonly driven: Driven,
    private readonly context: TransportContext,
  ) {}

  async listen(text: string, over: Over = 'bare track'): Promise<{ listener: number; address: string }> {
    const address = parseAddress(text)
    const listener = await this.driven[over].listen(address, this.context)
    const number = ++this.#lastNumber
    this.#listeners.set(number, { address, over, queue: new AcceptQueue(listener) })
    return { listener: number, address: listener.address.href }
  }

  async unlisten(listener: number): Promise<void> {
    await this.#listening(listener).queue.close()
  }

  async accept(listener: number, link?: LinkSettings): Promise<number> {
    const { address, queue, over } = this.#listening(listener)
    const connection = await queue.next()
    return this.#add(
      link === undefined
        ? this.#trackEnd(connection, address, over)
        : await this.#linkEnd('listener', connection, address, link),
    )
  }

  async connect(text: string, link?: LinkSettings): Promise<number> {
    const address = parseAddress(text)
    const over = link === undefined ? 'bare track' : 'link'
    const connection = await this.driven[over].connect(address, this.context)
    return this.#add(
      link === undefined
        ? this.#trackEnd(connection, address, over)
        : await this.#linkEnd('dialler', connection, address, link),
    )
  }

  async openAndClose(text: string, times: number, over: Over = 'bare track'): Promise<void> {
    const address = parseAddress(text)
    await openAndClose(async () => {
      const connection = await this.driven[over].connect(address, this.context)
      return over === 'link' ? this.#linkEnd('dialler', connection, address, {}) : connection
    }, times)
  }

  async acceptAndDrain(listener: number, times: number): Promise<void> {
    const { queue, over, address } = this.#listening(listener)
    await queue.serve(times, async connection =>
      untilClosed(over === 'link' ? await this.#linkEnd('listener', connection, address, {}) : connection),
    )
  }

  async tell(end: number, method: keyof LinkedEnd, args: readonly unknown[]): Promise<unknown> {
    const it = this.#ends.get(end)
    if (it === undefined) throw new Error(`this peer has no end ${end}`)
    if (!(method in it)) throw new Error(`end ${end} of this peer is a bare track: it has no ${method}`)
    const run = it[method as keyof End] as (...args: readonly unknown[]) => Promise<unknown>
    return run.apply(it, [...args])
  }

  turn(): Promise<void> {
    return setImmediate()
  }

  hang(): Promise<never> {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }

  handles(): Promise<OpenHandles> {
    return Promise.resolve(openHandles())
  }

  async reset(): Promise<void> {
    const listening = [...this.#listeners.values()]
    const ends = [...this.#ends.values()]
    this.#listeners.clear()
    this.#ends.clear()
    for (const end of ends) void end.abort()
    await Promise.all([...listening.map(({ queue }) => queue.close()), ...ends.map(end => end.closed())])
  }

  #listening(listener: number): Listening {
    const listening = this.#listeners.get(listener)
    if (listening === undefined) throw new Error(`this peer has no listener ${listener}`)
    return listening
  }

  #trackEnd(connection: Connection, address: Address, over: Over): TrackEnd {
    return new TrackEnd(connection, this.driven[over].describe(address).boundaries)
  }

  #linkEnd(
    role: LinkTrack['role'],
    connection: Connection,
    address: Address,
    settings: LinkSettings,
  ): Promise<LinkEnd> {
    const { boundaries } = this.driven.link.describe(address)
    return LinkEnd.establish({ role, connection, boundaries }, this.context, settings)
  }

  #add(end: TrackEnd | LinkEnd): number {
    const number = ++this.#lastNumber
    this.#ends.set(number, end)
    return number
  }
}
