import { setImmediate } from 'node:timers/promises'
import { type Address, parseAddress } from '../../core/contracts/address.js'
import type { Connection } from '../../core/contracts/connection.js'
import type { TransportContext } from '../../core/contracts/context.js'
import type { ConnectionTransport } from '../../core/contracts/transport.js'
import { AcceptQueue } from './accept-queue.js'
import type { End } from './end.js'
import { openAndClose } from './open-and-close.js'
import { type OpenHandles, openHandles } from './open-handles.js'
import type { PeerCommands } from './peer.js'
import { TrackEnd } from './track-end.js'

interface Listening {
  readonly address: Address
  readonly queue: AcceptQueue
}

/** Does what a peer is told, with a real transport, in whichever process it lives. */
export class PeerHost implements PeerCommands {
  readonly #ends = new Map<number, TrackEnd>()
  readonly #listeners = new Map<number, Listening>()
  #lastNumber = 0

  constructor(
    private readonly transport: ConnectionTransport,
    private readonly context: TransportContext,
  ) {}

  async listen(text: string): Promise<{ listener: number; address: string }> {
    const address = parseAddress(text)
    const listener = await this.transport.listen(address, this.context)
    const number = ++this.#lastNumber
    this.#listeners.set(number, { address, queue: new AcceptQueue(listener) })
    return { listener: number, address: listener.address.href }
  }

  async unlisten(listener: number): Promise<void> {
    await this.#listening(listener).queue.close()
  }

  async accept(listener: number): Promise<number> {
    const { address, queue } = this.#listening(listener)
    return this.#add(await queue.next(), address)
  }

  async connect(text: string): Promise<number> {
    const address = parseAddress(text)
    return this.#add(await this.transport.connect(address, this.context), address)
  }

  openAndClose(address: string, times: number): Promise<void> {
    return openAndClose(this.transport, this.context, parseAddress(address), times)
  }

  async acceptAndDrain(listener: number, times: number): Promise<void> {
    await this.#listening(listener).queue.drain(times)
  }

  tell(end: number, method: keyof End, args: readonly unknown[]): Promise<unknown> {
    const it = this.#ends.get(end)
    if (it === undefined) throw new Error(`this peer has no end ${end}`)
    const run = it[method] as (...args: readonly unknown[]) => Promise<unknown>
    return run.apply(it, [...args])
  }

  turn(): Promise<void> {
    return setImmediate()
  }

  handles(): Promise<OpenHandles> {
    return Promise.resolve(openHandles())
  }

  async reset(): Promise<void> {
    const listening = [...this.#listeners.values()]
    const ends = [...this.#ends.values()]
    this.#listeners.clear()
    this.#ends.clear()
    for (const end of ends) end.connection.abort()
    await Promise.all([...listening.map(({ queue }) => queue.close()), ...ends.map(end => end.closed())])
  }

  #listening(listener: number): Listening {
    const listening = this.#listeners.get(listener)
    if (listening === undefined) throw new Error(`this peer has no listener ${listener}`)
    return listening
  }

  #add(connection: Connection, address: Address): number {
    const number = ++this.#lastNumber
    this.#ends.set(number, new TrackEnd(connection, this.transport.describe(address).boundaries))
    return number
  }
}
