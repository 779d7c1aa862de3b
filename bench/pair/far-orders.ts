/** What the near end tells the far one, beside the messages of a round. */
export type FarOrder =
  | {
      readonly far: 'begin'
      readonly count: number
      /** Whether it looks how late its event loop is, which costs a little. */
      readonly watched: boolean
    }
  | { readonly far: 'complete' }
  | { readonly far: 'end' }

/** What the far end says. */
export type FarReport =
  | {
      readonly far: 'ready'
      /** As when it completes. */
      readonly memory: number
    }
  | {
      readonly far: 'complete'
      /** µs of CPU since the round began. */
      readonly cpu: number
      /** ms: the 99th percentile of how late the event loop came to its timers; 0 where nobody watched. */
      readonly loopDelay: number
      /** MiB of resident memory, the most that there was since the process started. */
      readonly memory: number
    }
  | { readonly far: 'failed'; readonly why: string }
