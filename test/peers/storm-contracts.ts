// What the nodes of a storm say to each other, and what their director says to them.
import { type InputOf, message, protocol, request, state } from 'signalbox'
import { z } from 'zod'

/** The actors of each node, each of which is a lane of its own to each peer. */
export const clerks = ['quick', 'slow', 'heavy'] as const

/** The name of one of the actors of a node. */
export type ClerkName = (typeof clerks)[number]

/** Who writes, in which of its lives, and which of its notes to this clerk it is. */
const noteShape = {
  by: z.string(),
  life: z.number(),
  number: z.number(),
  /** Bytes of the body, each of which is the lowest byte of the number. */
  size: z.number(),
  body: z.instanceof(Uint8Array),
}

export const Noted = message('storm.noted', z.object(noteShape))
export const Asked = request('storm.asked', {
  input: z.object(noteShape),
  output: z.object({ life: z.number(), number: z.number() }),
})

/** Takes notes and answers questions, which are numbered together. */
export const Clerk = protocol('clerk', { noted: Noted, asked: Asked })

/** Published by every node. */
export const News = message(
  'storm.news',
  z.object({
    by: z.string(),
    life: z.number(),
    number: z.number(),
  }),
)

/** Every node owns one, under its name. */
export const Level = state('storm.level', {
  key: z.string(),
  value: z.object({ life: z.number(), count: z.number() }),
})

/** What a note says. */
export type Note = InputOf<typeof Noted>

/** How a node of the storm is started: the one argument of its process, as JSON. */
export interface StormSetup {
  readonly name: string
  /** Counts the processes that had this name. */
  readonly life: number
  /** Of its load. */
  readonly seed: number
  /** The names of the nodes that it speaks with. */
  readonly others: readonly string[]
  readonly transport: string
  /** Whether its director has a network between it and its peers. */
  readonly fronted: boolean
  readonly runtimeFolder: string
  /** The file that it writes its journal to. */
  readonly journal: string
  /** Milliseconds. */
  readonly heartbeat: number
  /** Milliseconds that a session outlives its last track. */
  readonly resume: number
}

/**
 * When a process kills itself: right after it wrote, so that what it wrote is not sent yet; one turn after it wrote
 * something large, so that a part of it is sent; while it handles what it read.
 */
export type Moment = 'writing' | 'in mid-message' | 'reading'

/** What the director tells a node. */
export type StormOrder =
  /** Begins to load its peers; a second time it goes on. */
  | { readonly order: 'go' }
  /** Holds its load, whatever comes of what was tried, until it is told to go. */
  | { readonly order: 'rest' }
  /** Ends the load, and tells when everything has its outcome. */
  | { readonly order: 'calm' }
  | { readonly order: 'die'; readonly moment: Moment; readonly after: number }
  /** Stops its event loop for so many milliseconds. */
  | { readonly order: 'hang'; readonly ms: number }
  /** Ends all its connections at once, without a word. */
  | { readonly order: 'sever' }
  | { readonly order: 'tally' }
  /** Collects garbage, and tells how much is left. */
  | { readonly order: 'weigh' }
  /** Closes the node: the process must end by itself. */
  | { readonly order: 'close' }
  /** Ends the process with everything open. */
  | { readonly order: 'exit' }
  /** The port that stands for the one where it listens. */
  | { readonly order: 'front'; readonly port: number }

/** What a node knows at one moment. */
export interface Tally {
  /** The incarnations of the peers that it has a session with, by node. */
  readonly present: Readonly<Record<string, string>>
  /** The last level that it set. */
  readonly level: number
  /** What it knows of the levels of others, as `life/count`, by node. */
  readonly levels: Readonly<Record<string, string>>
  /** Descriptors or handles that the process has open. */
  readonly handles: number
  /** Messages that have no outcome yet. */
  readonly open: number
}

/** What a node tells the director. */
export type StormReport =
  | { readonly event: 'ready' }
  /** It asks for a front, before it is ready. */
  | { readonly event: 'listens'; readonly port: number }
  | { readonly event: 'failed'; readonly why: string }
  /** It has handled some more. */
  | { readonly event: 'progress' }
  | { readonly event: 'peer'; readonly type: 'up' | 'down'; readonly node: string }
  | { readonly event: 'calm' }
  | ({ readonly event: 'tally' } & Tally)
  /** Bytes that are in use after a garbage collection. */
  | { readonly event: 'weight'; readonly memory: number }
