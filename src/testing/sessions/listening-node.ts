import type { Address, Listener, TransportContext } from '../../core/contracts/index.js'
import { establishLink, type LaneSink, type Link, SessionRegistry } from '../../core/link/index.js'
import { completedWay, establishOptions, type SessionSettings, type Way } from './session-settings.js'

/** What a listening node is told of its sessions. */
export interface SessionReceiver {
  /** The peer opens a lane. */
  laneOpened(label: string): LaneSink
  /** A session begins. */
  began(link: Link): void
}

const ignore: LaneSink = { accept: () => {} }

/** A node in its plainest form: it listens in several places, and takes tracks of one session at any of them. */
export class ListeningNode {
  readonly #listeners: Listener[] = []

  /** @throws SignalboxError what listening throws */
  static async listen(
    ways: readonly Way[],
    context: TransportContext,
    settings: SessionSettings,
    receiver: SessionReceiver,
  ): Promise<ListeningNode> {
    const node = new ListeningNode()
    const options = establishOptions('listener', settings, context)
    const sessions = new SessionRegistry(options.hello)
    const host = () => ({
      control: ignore,
      replies: ignore,
      laneOpened: (label: Uint8Array) => receiver.laneOpened(Buffer.from(label).toString()),
      attached: (link: Link) => receiver.began(link),
    })
    for (const { transport, address } of ways.map(completedWay)) {
      const { boundaries } = transport.describe(address)
      const listener = await transport.listen(address, context)
      node.#listeners.push(listener)
      listener.connections$.subscribe(connection => {
        establishLink('listener', connection, boundaries, context, { ...options, sessions }, host).catch(
          () => {}, // a track that died in its handshake: the peer lets another one join
        )
      })
    }
    return node
  }

  private constructor() {}

  /** Where it really listens, in the order of its ways. */
  get addresses(): readonly Address[] {
    return this.#listeners.map(({ address }) => address)
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map(listener => listener.close()))
  }
}
