import type { LinkedEnd } from './end.js'
import type { LinkSettings } from './link-settings.js'
import type { OpenHandles } from './open-handles.js'
import type { Over } from './over.js'

/** What the other side can be told to do. Every argument and result is plain data: it may cross a process. */
export interface PeerCommands {
  /**
   * Listens; connections are taken with `accept`.
   * @param over the kind of cases whose transport it listens with. @default 'bare track'
   */
  listen(address: string, over?: Over): Promise<{ listener: number; address: string }>
  /** Closes a listener; its connections live on. */
  unlisten(listener: number): Promise<void>
  /** The next connection of a listener, as the number of an end; with settings, a link over it. */
  accept(listener: number, link?: LinkSettings): Promise<number>
  /** Connects, and gives the number of the end; with settings, a link over the connection. */
  connect(address: string, link?: LinkSettings): Promise<number>
  /** Connects `times` times, and closes each connection, or link, as soon as it is there. */
  openAndClose(address: string, times: number, over?: Over): Promise<void>
  /** Takes the next `times` connections, or links, and resolves when the far side has closed them all. */
  acceptAndDrain(listener: number, times: number): Promise<void>
  /** Calls a method of an end. */
  tell(end: number, method: keyof LinkedEnd, args: readonly unknown[]): Promise<unknown>
  /** Comes back after the peer's event loop has turned. */
  turn(): Promise<void>
  /** Hangs: its event loop never turns again. There is no answer. */
  hang(): Promise<void>
  handles(): Promise<OpenHandles>
  /** Closes everything, so that the peer is as new. */
  reset(): Promise<void>
}

/** The other side of a connection under test. */
export interface Peer {
  readonly pid: number
  /** Tells the peer to do something; what it throws is thrown here, with its code. */
  call<M extends keyof PeerCommands>(
    command: M,
    ...args: Parameters<PeerCommands[M]>
  ): ReturnType<PeerCommands[M]>
}
