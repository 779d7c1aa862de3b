/** What a spawned node is asked about whom it starts itself, without introducing it. */
import { protocol, request } from 'signalbox'
import { z } from 'zod'

export const Heir = protocol('heir', {
  /** Pipes and sockets that a program it starts has in common with it, beside its standard streams. */
  bequests: request('heir.bequests', { input: z.null(), output: z.array(z.string()) }),
  /** What the environment of such a program says of its origin. */
  origin: request('heir.origin', { input: z.null(), output: z.string() }),
})
