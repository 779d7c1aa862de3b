import { z } from 'zod'
import { mailboxOverflows } from '../../core/actors/index.js'
import { parseAddress, reasonOf } from '../../core/contracts/index.js'
import { didYouMean } from '../../core/node/nearest-name.js'
import { logLevels } from '../system-log.js'
import { type Config, codecNames } from './config.js'

const KIB = 1024
const MIB = 1024 * KIB
/** Above it Node's timers fire at once. */
const LONGEST_TIME = 2 ** 31 - 1
/** Below it no handshake fits. */
const SMALLEST_FRAME = 256
/** Fewer characters could be guessed from one handshake that somebody overheard. */
const SHORTEST_SECRET = 16

const count = z.int().min(1)
const bytes = z.int().min(1)
const milliseconds = z.int().min(1).max(LONGEST_TIME)
const name = z.string().min(1).max(255)

/** What a schema needs from outside. */
export interface SchemaOptions {
  /** The names of the transports that are installed. */
  readonly transports: readonly string[]
  /** Those that a node listens on which was not told, before what it prefers. */
  readonly usual: readonly string[]
  /** @param path as it was written, or undefined for the default */
  readonly resolveFolder: (path: string | undefined) => string
  /** @param path like {@link SchemaOptions.resolveFolder}'s */
  readonly resolveCache: (path: string | undefined) => string
}

/** What a configuration must look like, and its defaults. {@link Config} explains the options. */
export function configSchema({ transports, usual, resolveFolder, resolveCache }: SchemaOptions) {
  const transport = z.string().superRefine((text, context) => {
    if (!transports.includes(text)) context.addIssue(unknownTransport(text, transports))
  })
  const address = z.string().superRefine((text, context) => {
    const fault = faultOfAddress(text, transports)
    if (fault !== undefined) context.addIssue(fault)
  })
  const place = z.string().superRefine((text, context) => {
    const fault = text.includes('://')
      ? faultOfAddress(text, transports)
      : transports.includes(text)
        ? undefined
        : unknownTransport(text, transports)
    if (fault !== undefined) context.addIssue(fault)
  })
  return z.strictObject({
    namespace: name.default('default'),
    runtimeFolder: z.string().min(1).optional().transform(resolveFolder),
    cacheFolder: z.string().min(1).optional().transform(resolveCache),
    codec: z.preprocess(oneOrMany, z.array(z.enum(codecNames)).min(1)).prefault('msgpack'),
    log: z.strictObject({ level: z.enum(logLevels).default('warn') }).prefault({}),
    transports: z
      .strictObject({
        prefer: z.array(transport).default([]),
        only: z.array(transport).default([]),
        never: z.array(transport).default([]),
        listen: z.array(place).optional(),
        allowRemote: z.boolean().default(false),
        users: z.array(name).default([]),
      })
      .prefault({})
      .transform(({ listen, ...rest }) => ({ ...rest, listen: listen ?? usualPlaces(usual, rest) })),
    nodes: z.record(name, address).default({}),
    mailbox: z
      .strictObject({ limit: count.default(1000), overflow: z.enum(mailboxOverflows).default('block') })
      .prefault({}),
    link: z
      .strictObject({
        window: z.strictObject({ messages: count.default(1024), bytes: bytes.default(MIB) }).prefault({}),
        lanes: count.default(4096),
        maxFrame: bytes.min(SMALLEST_FRAME).default(256 * KIB),
        maxMessage: bytes.default(128 * MIB),
        heartbeat: milliseconds.default(5000),
        handshakeTimeout: milliseconds.default(5000),
        resume: z.int().min(0).max(LONGEST_TIME).default(10_000),
        tracks: z.record(transport, z.int().min(0)).optional(),
      })
      .prefault({}),
    ask: z.strictObject({ timeout: milliseconds.default(5000) }).prefault({}),
    secret: z.string().min(SHORTEST_SECRET).optional(),
  }) satisfies z.ZodType<Config>
}

/** Where a node listens that was not told: where the selector of another one would go. */
function usualPlaces(
  usual: readonly string[],
  { prefer, only, never }: Omit<Config['transports'], 'listen'>,
): string[] {
  const places = only.length > 0 ? only : [...usual, ...prefer]
  return [...new Set(places)].filter(name => !never.includes(name))
}

function oneOrMany(value: unknown): unknown {
  return typeof value === 'string' ? [value] : value
}

/** A fault in words, as a schema's refinement reports it. */
type Fault = { readonly code: 'custom'; readonly message: string }

function unknownTransport(text: string, known: readonly string[]): Fault {
  const hint = didYouMean(text, known) || `; there are ${known.join(', ')}`
  return { code: 'custom', message: `'${text}' is no transport${hint}` }
}

function faultOfAddress(text: string, known: readonly string[]): Fault | undefined {
  try {
    const { scheme } = parseAddress(text)
    return known.includes(scheme) ? undefined : unknownTransport(scheme, known)
  } catch (error) {
    return { code: 'custom', message: reasonOf(error) }
  }
}
