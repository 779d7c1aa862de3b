// What the two ends of a session in processes of their own say to the test that directs them.

/** How an end is started: the one argument of its process, as JSON. */
export type SessionSetup =
  | { readonly role: 'listener'; readonly folder: string; readonly places: readonly string[] }
  | {
      readonly role: 'dialler'
      readonly folder: string
      readonly ways: readonly string[]
      readonly flood: Flood
    }

/** What a dialler sends. */
export interface Flood {
  /** Messages in all. */
  readonly frames: number
  readonly lanes: number
  /** Bytes of each, at least 8. */
  readonly size: number
}

export type SessionOrder =
  /** Ends one of the tracks without a word. */
  { readonly order: 'cut'; readonly way: number } | { readonly order: 'tally' } | { readonly order: 'end' }

/** What arrived. */
export interface Arrived {
  readonly event: 'tally'
  readonly sessions: number
  readonly heard: number
  readonly twice: number
  readonly overtaken: number
  readonly damaged: number
}

/** What became of what was sent. */
export interface Sent {
  readonly event: 'done'
  readonly accepted: number
  readonly rejected: number
  readonly unknown: number
  /** Tracks that joined, the first ones included. */
  readonly joins: number
}

export type SessionReport =
  | { readonly event: 'listens'; readonly addresses: readonly string[] }
  | { readonly event: 'progress' }
  | { readonly event: 'failed'; readonly why: string }
  | Arrived
  | Sent
