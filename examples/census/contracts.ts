import { protocol, request, state } from 'signalbox'
import { z } from 'zod'
import { Counts } from './counts.js'

/** Asked of a worker, once for each file. */
const CountFile = request('census.count-file', {
  input: z.object({
    path: z.string(),
    content: z.instanceof<typeof Uint8Array<ArrayBufferLike>>(Uint8Array),
  }),
  output: Counts,
})

/** What an actor in each worker understands. */
export const Counter = protocol('counter', { count: CountFile })

const Traffic = z.object({ messages: z.int(), bytes: z.int() })

/** What went over one track of the scanner's links, over which transport, and why over that. */
export const Track = z.object({
  node: z.string(),
  transport: z.string(),
  sent: Traffic,
  received: Traffic,
  because: z.string(),
})

export type Track = z.infer<typeof Track>

/** Asked of the scanner: the whole run is one question, and its answer comes when every file is counted. */
const TakeCensus = request('census.take', {
  input: z.object({ folder: z.string(), workers: z.array(z.string()) }),
  output: z.object({
    counted: z.int(),
    /** Files that could not be read, or are too large for one message. */
    skipped: z.int(),
    /** Workers that died on the way. */
    lost: z.array(z.string()),
    tracks: z.array(Track),
  }),
})

/** What the actor in the scanner understands. */
export const Scanner = protocol('scanner', { census: TakeCensus })

/** How many files a folder has; the key is the folder. */
export const Found = state('census.found', { key: z.string(), value: z.int() })

/** What a worker has counted so far, by language; the key is the worker's name. */
export const Counted = state('census.counted', { key: z.string(), value: z.array(Counts) })
