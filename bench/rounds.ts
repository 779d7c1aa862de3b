import type { Sample } from './sample.js'

/** What the runner tells an entrant's process. */
export type Order = { readonly round: number } | 'end'

/** What the process tells the runner. */
export type Report = 'ready' | { readonly sample: Sample } | { readonly failed: string }
