import type { MailboxOverflow } from '../../core/actors/index.js'
import type { LogLevel } from '../system-log.js'

/** The codecs that a configuration can name. */
export const codecNames = ['msgpack', 'json', 'v8'] as const

/** The name of a codec. */
export type CodecName = (typeof codecNames)[number]

/** How a node is set up: every option, with its default filled in. */
export interface Config {
  /**
   * Keeps systems apart that know nothing of each other.
   * @default 'default'
   */
  readonly namespace: string
  /**
   * The folder for sockets, locks, the directory and the user's secret, as an absolute path. In a file, a
   * relative one is relative to that file. All nodes that are to find each other must share it.
   * @default a folder of this user; see `defaultRuntimeFolder`
   */
  readonly runtimeFolder: string
  /**
   * The folder for what can be found out again, such as a calibration, as an absolute path. In a file, a relative
   * one is relative to that file.
   * @default this user's folder for caches; see `defaultCacheFolder`
   */
  readonly cacheFolder: string
  /**
   * How values are written, the preferred codec first; both sides of a link agree on one.
   * @default ['msgpack']
   */
  readonly codec: readonly CodecName[]
  readonly log: {
    /** How much is reported to stderr. @default 'warn' */
    readonly level: LogLevel
  }
  readonly transports: {
    /**
     * Names of transports, the most wanted first; after them the selector chooses by itself.
     * @default []
     */
    readonly prefer: readonly string[]
    /**
     * Names of transports besides which none is used; an empty list allows all.
     * @default []
     */
    readonly only: readonly string[]
    /**
     * Names of transports that are not used, whatever else is said.
     * @default []
     */
    readonly never: readonly string[]
    /**
     * Where a node listens: addresses, or names of transports that choose the address themselves.
     * @default memory, named-pipe, shared-memory where it can be used, and all that are preferred, without what `only`
     * and `never` exclude
     */
    readonly listen: readonly string[]
    /** Lets other machines in, and reaches out to them. @default false */
    readonly allowRemote: boolean
    /**
     * Users and groups of this machine beside this user who may connect, and whose nodes may be connected to, by name or
     * SID: over `named-pipe` on Windows, which alone can tell them apart. They need the same `secret`, and find each other
     * by `nodes`.
     * @default []
     */
    readonly users: readonly string[]
  }
  /**
   * Addresses of nodes that are reached without the directory, by name.
   * @default {}
   */
  readonly nodes: Readonly<Record<string, string>>
  readonly mailbox: {
    /** Messages that wait for an actor. @default 1000 */
    readonly limit: number
    /** What happens to one more. @default 'block' */
    readonly overflow: MailboxOverflow
  }
  readonly link: {
    /** What may be on its way, in each order of messages, without being accepted. */
    readonly window: {
      /** @default 1024 */
      readonly messages: number
      /**
       * Large messages that come through `shared-memory` and are accepted at once get more, four of them in each order,
       * and sixteen times this in all orders of a peer.
       * @default 1 MiB
       */
      readonly bytes: number
    }
    /** Orders of messages that a peer may have open at once. @default 4096 */
    readonly lanes: number
    /**
     * Bytes of the largest frame; larger messages go in parts. Where frames lie in memory that both sides have anyway,
     * as with `shared-memory`, that alone says how large they may be.
     * @default 256 KiB
     */
    readonly maxFrame: number
    /** Bytes of the largest message that is taken. @default 128 MiB */
    readonly maxMessage: number
    /** ms after which a silent side says that it lives. @default 5000 */
    readonly heartbeat: number
    /** ms until a peer that does not finish its greeting is given up. @default 5000 */
    readonly handshakeTimeout: number
    /**
     * ms that a session outlives its last track: within them its nodes may find each other again, over any transport,
     * and nobody notices. A peer that is certainly dead is not waited for. 0: it ends with its track.
     * @default 10000
     */
    readonly resume: number
    /**
     * Further tracks of each link, by transport: what is larger than so many bytes takes it. It is used where both
     * nodes have that transport, and listen on it. Needs `resume`. `{}`: one track carries all.
     * @default each message takes what costs it least, over all ways that both nodes have, unless some are preferred
     */
    readonly tracks?: Readonly<Record<string, number>> | undefined
  }
  readonly ask: {
    /** ms until an unanswered question fails. @default 5000 */
    readonly timeout: number
  }
  /**
   * What all nodes of a system know and nobody else, at least 16 characters: for nodes of different
   * users or machines.
   * @default the user's own secret, in the runtime folder
   */
  readonly secret?: string | undefined
}

type Partially<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Partially<T[K]> | undefined }
    : T

/** What a configuration file exports: any part of {@link Config}. */
export type ConfigInput = Omit<Partially<Config>, 'codec' | 'nodes'> & {
  /** One codec, or several with the preferred one first. @default 'msgpack' */
  readonly codec?: CodecName | readonly CodecName[] | undefined
  /** Addresses of nodes that are reached without the directory, by name. @default {} */
  readonly nodes?: Readonly<Record<string, string>> | undefined
}

/**
 * The same configuration, checked by the compiler.
 * @example export default defineConfig({ transports: { prefer: ['named-pipe'] } })
 */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}
