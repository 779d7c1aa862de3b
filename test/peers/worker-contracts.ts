import { protocol, request } from 'signalbox'
import { z } from 'zod'

/** What the actor of a thread is asked. */
export const Worked = protocol('worked', {
  double: request('worked.double', { input: z.number(), output: z.number() }),
  /** Asks another node to double it. */
  forward: request('worked.forward', {
    input: z.object({ to: z.string(), number: z.number() }),
    output: z.number(),
  }),
  /** Never answers: its thread throws. */
  crash: request('worked.crash', { input: z.null(), output: z.number() }),
  /** Over which transports it is linked. */
  way: request('worked.way', { input: z.null(), output: z.string() }),
})
