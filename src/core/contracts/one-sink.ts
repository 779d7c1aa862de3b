import type { FrameSink } from './connection.js'
import { SignalboxError } from './errors.js'

/**
 * For `receive`: a connection has one sink.
 * @param sink the one that it has already
 * @param connection how messages call it
 * @throws SignalboxError `CLOSED` when there is one
 */
export function assertNoSink(sink: FrameSink | undefined, connection: string): void {
  if (sink === undefined) return
  throw new SignalboxError('CLOSED', `${connection}: its one sink is taken; call receive once per connection`)
}
