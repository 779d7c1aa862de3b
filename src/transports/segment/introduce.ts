import { aborted, type Clock, reasonOf, SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import { brokenRule } from './broken-rule.js'
import type { ControlLine } from './control-line.js'
import {
  decodeHello,
  decodeOffer,
  encodeHello,
  encodeOffer,
  encodeRefusal,
  HELLO_BYTES,
  MAPPED,
  OFFER_HEAD_BYTES,
  textLengthOf,
} from './introduction.js'
import { agreedSizes, type Sizes, segmentBytes } from './layout.js'
import { rephrased } from './rephrased.js'
import type { NamedSegment, SegmentSource } from './segment-source.js'

/** Memory that both sides have mapped, and that has no name any more. */
export interface Shared {
  readonly segment: NamedSegment
  readonly sizes: Sizes
}

/** ms that the peer has for its part of the introduction. */
const PATIENCE = 5000

/** A conversation that must not take long. */
export interface Meeting {
  readonly line: ControlLine
  /** What is done, for messages: `connect to shared-memory://./orders`. */
  readonly what: string
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** What both sides need to introduce themselves. */
export interface Introduction extends Meeting {
  /** The sizes that this side would like at most. */
  readonly mine: Sizes
}

/**
 * The dialler's part: asks for memory, and maps it.
 * @throws SignalboxError `NO_LISTENER` when the listener goes away or cannot; `ABORTED`, `PROTOCOL_VIOLATION`, `PEER_SILENT`
 */
export function askForMemory(introduction: Introduction, segments: SegmentSource): Promise<Shared> {
  return bounded(introduction, async () => {
    const { line, mine, what } = introduction
    line.write(encodeHello(mine))
    const head = await line.read(OFFER_HEAD_BYTES)
    const offer = decodeOffer(head, await line.read(textLengthOf(head)), mine)
    if (typeof offer === 'string') {
      throw new SignalboxError('NO_LISTENER', `${what}: the listener has no memory to share: ${offer}`)
    }
    const segment = segments.open(offer.name)
    segment.unlink() // from here on, nothing is left behind whoever is killed
    line.write(MAPPED)
    return { segment, sizes: offer.sizes }
  })
}

/**
 * The listener's part: makes memory of the sizes that both take part in, and waits until the dialler has it.
 * @throws SignalboxError `CLOSED`, `ABORTED`, `PROTOCOL_VIOLATION`, `PEER_SILENT`, and what making memory throws
 */
export function offerMemory(introduction: Introduction, segments: SegmentSource): Promise<Shared> {
  return bounded(introduction, async () => {
    const { line, mine } = introduction
    const sizes = agreedSizes(mine, decodeHello(await line.read(HELLO_BYTES)))
    const segment = await create(line, segments, sizes)
    try {
      line.write(encodeOffer({ sizes, name: segment.name }))
      const [said] = await line.read(MAPPED.length)
      if (said !== MAPPED[0]) throw brokenRule(`${said} is no answer to an offer`)
      return { segment, sizes }
    } catch (error) {
      segment.close()
      throw error
    } finally {
      segments.unlink(segment)
    }
  })
}

/** Makes the memory, or tells the dialler why there is none. */
async function create(line: ControlLine, segments: SegmentSource, sizes: Sizes): Promise<NamedSegment> {
  try {
    return segments.create(segmentBytes(sizes))
  } catch (error) {
    line.write(encodeRefusal(reasonOf(error)))
    await line.close()
    throw error
  }
}

/**
 * Ends the line, and with it whatever waits for the peer, when that takes too long or nobody wants it any more.
 * @throws SignalboxError `ABORTED`, `PEER_SILENT`, and what `run` throws
 */
export async function bounded<T>({ line, what, clock, signal }: Meeting, run: () => Promise<T>): Promise<T> {
  let silent = false
  const deadline = clock.after(PATIENCE, () => {
    silent = true
    line.abort()
  })
  const giveUp = () => line.abort()
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    throwIfAborted(what, signal)
    return await run()
  } catch (error) {
    line.abort()
    if (signal?.aborted) throw aborted(what, signal)
    if (silent) throw new SignalboxError('PEER_SILENT', `${what}: the peer said nothing for ${PATIENCE} ms`)
    throw rephrased(what, error)
  } finally {
    deadline.cancel()
    signal?.removeEventListener('abort', giveUp)
  }
}
