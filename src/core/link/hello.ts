import { SignalboxError } from '../contracts/index.js'
import type { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { FrameKind, MAGIC, PROTOCOL_VERSION } from './frames.js'
import { violation } from './violation.js'

/** Bytes of an incarnation and of a nonce. */
export const INCARNATION_LENGTH = 16
const NONCE_LENGTH = 16
const NAME_LENGTH = 255
const CODEC_LENGTH = 64
const CODECS = 16
/** Bytes of the smallest `maxFrame`: a part of a message has some room in it. */
const SMALLEST_FRAME = 64
/** The longest interval of a heartbeat, in milliseconds: one that never came would never be missed. */
const LONGEST_HEARTBEAT = 3_600_000

/** What a receiver grants: how much may be on its way without being accepted (I7). */
export interface Grant {
  /** Messages a lane. */
  readonly messages: number
  /** Bytes a lane. */
  readonly bytes: number
}

/** What each side tells of itself before anything else. */
export interface Hello {
  /** The node's name, unique in its namespace. */
  readonly node: string
  readonly namespace: string
  /** 16 random bytes of this life of the node (I1). */
  readonly incarnation: Uint8Array
  /** The dialling side counts its sessions with this peer; the other side repeats the number (I10). */
  readonly epoch: number
  /** Names of codecs that it reads, the preferred one first. In a welcome: the one that both shall use. */
  readonly codecs: readonly string[]
  /** The credit of each lane that the other side opens. */
  readonly window: Grant
  /** Lanes that the other side may have open at once. */
  readonly lanes: number
  /** Bytes of the largest data or part frame that it takes, at least 64. All other frames have at most 4096. */
  readonly maxFrame: number
  /** Bytes of the largest message that it takes, in however many parts. */
  readonly maxMessage: number
  /** Milliseconds after which it lets the other side hear of it; at most an hour. */
  readonly heartbeat: number
  /** Random bytes that make each handshake's proofs its own. */
  readonly nonce: Uint8Array
}

/**
 * Writes a hello, or the first part of a welcome.
 * @throws SignalboxError `LIMIT_EXCEEDED` for what no peer would read.
 */
export function encodeHello(
  kind: typeof FrameKind.hello | typeof FrameKind.welcome,
  hello: Hello,
): Uint8Array {
  assertSpeakable(hello)
  const out = new ByteWriter().u8(kind).raw(MAGIC).u8(PROTOCOL_VERSION)
  out.text(hello.node).text(hello.namespace).raw(hello.incarnation).varint(hello.epoch)
  out.varint(hello.codecs.length)
  for (const codec of hello.codecs) out.text(codec)
  out.varint(hello.window.messages).varint(hello.window.bytes).varint(hello.lanes)
  out.varint(hello.maxFrame).varint(hello.maxMessage).varint(hello.heartbeat)
  return out.raw(hello.nonce).done()
}

/** Reads a hello, or the first part of a welcome. @throws SignalboxError like `decodeHello`. */
export function readHello(input: ByteReader): Hello {
  input.u8() // the kind
  const magic = input.raw(MAGIC.length)
  if (!MAGIC.every((byte, at) => magic[at] === byte)) throw violation('it does not speak Signalbox')
  const version = input.u8()
  if (version !== PROTOCOL_VERSION)
    throw new SignalboxError(
      'HANDSHAKE_REFUSED',
      `the peer speaks version ${version} of the wire protocol, this is version ${PROTOCOL_VERSION}; update the older side`,
    )
  const node = input.text(NAME_LENGTH)
  const namespace = input.text(NAME_LENGTH)
  const incarnation = input.raw(INCARNATION_LENGTH).slice()
  const epoch = input.varint()
  const count = input.varint()
  if (count > CODECS) throw violation(`${count} codecs are over the ${CODECS} allowed`)
  const codecs = Array.from({ length: count }, () => input.text(CODEC_LENGTH))
  const window = { messages: positive(input.varint()), bytes: positive(input.varint()) }
  const lanes = positive(input.varint())
  const maxFrame = input.varint()
  if (maxFrame < SMALLEST_FRAME) throw violation(`frames of at most ${maxFrame} B are too small to speak in`)
  const maxMessage = positive(input.varint())
  const heartbeat = positive(input.varint())
  if (heartbeat > LONGEST_HEARTBEAT) throw violation(`a heartbeat of ${heartbeat} ms is over an hour`)
  const nonce = input.raw(NONCE_LENGTH).slice()
  return {
    node,
    namespace,
    incarnation,
    epoch,
    codecs,
    window,
    lanes,
    maxFrame,
    maxMessage,
    heartbeat,
    nonce,
  }
}

function positive(value: number): number {
  if (value === 0) throw violation('a limit of zero would never let anything through')
  return value
}

/** A mistake in our own settings is told here, where it was made, and not by the peer. */
function assertSpeakable(hello: Hello): void {
  const long = [hello.node, hello.namespace].find(name => Buffer.byteLength(name) > NAME_LENGTH)
  if (long !== undefined) throw unspeakable(`the name ${long.slice(0, 40)}…`, `over ${NAME_LENGTH} B`)
  if (hello.codecs.length > CODECS) throw unspeakable(`${hello.codecs.length} codecs`, `over ${CODECS}`)
  const codec = hello.codecs.find(name => Buffer.byteLength(name) > CODEC_LENGTH)
  if (codec !== undefined) throw unspeakable(`the codec ${codec.slice(0, 40)}…`, `over ${CODEC_LENGTH} B`)
  const { window, lanes, maxFrame, maxMessage, heartbeat } = hello
  const limits = { 'window.messages': window.messages, 'window.bytes': window.bytes, lanes, maxMessage }
  for (const [name, value] of Object.entries({ ...limits, heartbeat, maxFrame })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw unspeakable(`${name} ${value}`, 'no positive integer')
  }
  if (maxFrame < SMALLEST_FRAME) throw unspeakable(`maxFrame ${maxFrame}`, `under ${SMALLEST_FRAME} B`)
  if (heartbeat > LONGEST_HEARTBEAT)
    throw unspeakable(`heartbeat ${heartbeat}`, `over ${LONGEST_HEARTBEAT} ms`)
}

function unspeakable(what: string, why: string): SignalboxError {
  return new SignalboxError('LIMIT_EXCEEDED', `${what} of this node is ${why}; change its settings`)
}
