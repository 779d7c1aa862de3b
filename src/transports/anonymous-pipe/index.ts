import type { IntroducedTransport } from '../../core/contracts/index.js'
import type { PipeEnds } from './pipe-ends.js'
import { AnonymousPipeTransport } from './transport.js'

export { AnonymousPipe, type AnonymousPipeOptions } from './anonymous-pipe.js'
export { type PipeDirection, PipeEnd } from './pipe-end.js'
export { PipeEnds } from './pipe-ends.js'
export {
  PipeFrameReader,
  type PipeFrameReaderOptions,
  type PipeFrameSink,
  type TornFrame,
} from './pipe-frame-reader.js'
export { PipeFrameWriter, type PipeFrameWriterOptions } from './pipe-frame-writer.js'

/**
 * Pipes without names, between a process and those that it started, and between these. Bytes arrive in order, in pieces
 * of any size. A connection is two pipes, one each way; with `?direction=simplex` in its address it is one.
 *
 * A pipe has no name, so its ends are handed over: one of `pair()` stays, the other one goes to another process, and both
 * sides adopt theirs. Nodes are introduced by the process that started them: see `spawnNode`. For programs that know
 * nothing of Signalbox there is `AnonymousPipe`.
 *
 * @example
 * ```ts
 * import { parseAddress, systemContext } from 'signalbox'
 * import { anonymousPipe } from 'signalbox/transports/anonymous-pipe'
 *
 * const context = await systemContext()
 * const address = parseAddress('anonymous-pipe://./orders')
 * const [ours, theirs] = anonymousPipe().pair() // `theirs` may be handed to any process of the family
 * const shop = anonymousPipe().adopt(theirs, address, context)
 * const till = anonymousPipe().adopt(ours, address, context)
 *
 * shop.receive(({ bytes }) => console.log(Buffer.from(bytes).toString()))
 * till.send(Buffer.from('one coffee'))
 * await till.close()
 * await shop.closed
 * ```
 */
export function anonymousPipe(): IntroducedTransport<PipeEnds> {
  return new AnonymousPipeTransport()
}
