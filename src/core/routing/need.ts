/** What a message, or a link for such messages, asks of its way. */
export interface Requirements {
  /**
   * What may become of a message: it may be lost, or come twice, or neither as long as the session lasts.
   * @default 'exactly-once-in-session': what a link gives
   */
  readonly delivery?: 'best-effort' | 'at-least-once' | 'exactly-once-in-session'
  /** Whether messages must arrive in the order of sending. @default true */
  readonly ordered?: boolean
  /** Bytes of a message. @default 64 */
  readonly size?: number
  /** Whether one send is to reach several receivers. @default false */
  readonly group?: boolean
  /** Whether the operating system must vouch for who the peer is. @default false */
  readonly identity?: boolean
  /** Whether what leaves this machine must be unreadable on its way. @default false */
  readonly encryption?: boolean
}

/** What the user says of transports by their names. */
export interface Preferences {
  /** The most wanted first; they are taken before all others. @default none */
  readonly prefer?: readonly string[]
  /** Nothing else is taken; empty where anything may be. @default none */
  readonly only?: readonly string[]
  /** Not taken, whatever else is said. @default none */
  readonly never?: readonly string[]
}

/** What a link to a peer needs of its track. */
export interface Need extends Requirements, Preferences {
  /** Where the peer is, seen from here. */
  readonly locality: 'same-process' | 'same-machine' | 'elsewhere'
}

/** Bytes of a message whose need does not say: most are small. */
export const USUAL_SIZE = 64
