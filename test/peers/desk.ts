// What the nodes of the process tests say to each other.
import { message, protocol, request, state } from 'signalbox'
import { z } from 'zod'

/** A note of one of several writers; each numbers its own. */
export const Noted = message('desk.noted', z.object({ by: z.string(), number: z.number() }))

/** Takes notes, and answers questions. */
export const Desk = protocol('desk', {
  noted: Noted,
  /** The numbers of a writer's notes, as they came. */
  seen: request('desk.seen', { input: z.string(), output: z.array(z.number()) }),
  echo: request('desk.echo', { input: z.string(), output: z.string() }),
  /** Never answered. */
  never: request('desk.never', { input: z.undefined(), output: z.string() }),
})

/** Takes nothing out of its mailbox before it is released. */
export const Slow = protocol('slow', {
  taken: message('slow.taken', z.string()),
})

export const Ticked = message('ticked', z.number())
export const Level = state('level', { key: z.string(), value: z.number() })

/** What the spec has the other process do. */
export const Helm = protocol('helm', {
  /** Lets `Slow` go on. */
  release: message('helm.release', z.undefined()),
  /** How much `Slow` has taken. */
  taken: request('helm.taken', { input: z.undefined(), output: z.number() }),
  /** Publishes so many ticks, each when the one before was accepted. */
  publish: message('helm.publish', z.number()),
  /** How many were accepted so far. */
  published: request('helm.published', { input: z.undefined(), output: z.number() }),
  provide: request('helm.provide', { input: z.number(), output: z.void() }),
  /** Has a number of notes written by this process to a desk elsewhere; answers how many were taken. */
  write: request('helm.write', {
    input: z.object({ to: z.string(), count: z.number() }),
    output: z.number(),
  }),
})

/** A contract of which the two processes may have different notions. */
export const quirk = (same: boolean) =>
  protocol('quirk', {
    odd: message('quirk.odd', same ? z.string() : z.number()),
    even: request('quirk.even', { input: z.string(), output: z.string() }),
  })
