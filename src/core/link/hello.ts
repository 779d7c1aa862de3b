import { ByteReader, ByteWriter, violation } from './bytes.js'
import { FrameKind, MAGIC, PROTOCOL_VERSION } from './frames.js'

/** Bytes of an incarnation and of a nonce. */
export const INCARNATION_LENGTH = 16
const NONCE_LENGTH = 16
const PROOF_LENGTH = 32
const NAME_LENGTH = 255
const CODECS = 16

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
  /** Bytes of the largest frame that it takes. */
  readonly maxFrame: number
  /** Bytes of the largest message that it takes, in however many parts. */
  readonly maxMessage: number
  /** Milliseconds after which it lets the other side hear of it. */
  readonly heartbeat: number
  /** Random bytes that make each handshake's proofs its own. */
  readonly nonce: Uint8Array
}

/** Writes a hello, or the first part of a welcome. */
export function encodeHello(
  kind: typeof FrameKind.hello | typeof FrameKind.welcome,
  hello: Hello,
): Uint8Array {
  const out = new ByteWriter().u8(kind).raw(MAGIC).u8(PROTOCOL_VERSION)
  out.text(hello.node).text(hello.namespace).raw(hello.incarnation).varint(hello.epoch)
  out.varint(hello.codecs.length)
  for (const codec of hello.codecs) out.text(codec)
  out.varint(hello.window.messages).varint(hello.window.bytes).varint(hello.lanes)
  out.varint(hello.maxFrame).varint(hello.maxMessage).varint(hello.heartbeat)
  return out.raw(hello.nonce).done()
}

/** Appends the proof that makes a welcome of an encoded hello. */
export function sealWelcome(body: Uint8Array, proof: Uint8Array): Uint8Array {
  return new ByteWriter().raw(body).block(proof).done()
}

/** A hello, and the bytes that a proof is made over. */
export interface ReceivedHello {
  readonly hello: Hello
  readonly body: Uint8Array
}

/** Reads a hello whose kind was read already. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeHello(frame: Uint8Array): ReceivedHello {
  const input = new ByteReader(frame)
  const hello = readHello(input)
  input.end()
  return { hello, body: frame.slice() }
}

/** Reads a welcome and its proof. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function decodeWelcome(frame: Uint8Array): ReceivedHello & { readonly proof: Uint8Array } {
  const input = new ByteReader(frame)
  const hello = readHello(input)
  const body = frame.slice(0, frame.length - input.left)
  const proof = input.block(PROOF_LENGTH).slice()
  input.end()
  return { hello, body, proof }
}

function readHello(input: ByteReader): Hello {
  input.u8() // the kind
  const magic = input.raw(MAGIC.length)
  if (!MAGIC.every((byte, at) => magic[at] === byte)) throw violation('it does not speak Signalbox')
  const version = input.u8()
  if (version !== PROTOCOL_VERSION)
    throw violation(`it speaks version ${version}, this is version ${PROTOCOL_VERSION}`)
  const node = input.text(NAME_LENGTH)
  const namespace = input.text(NAME_LENGTH)
  const incarnation = input.raw(INCARNATION_LENGTH).slice()
  const epoch = input.varint()
  const count = input.varint()
  if (count > CODECS) throw violation(`${count} codecs are over the ${CODECS} allowed`)
  const codecs = Array.from({ length: count }, () => input.text(NAME_LENGTH))
  const window = { messages: positive(input.varint()), bytes: positive(input.varint()) }
  const lanes = positive(input.varint())
  const maxFrame = input.varint()
  if (maxFrame < 64) throw violation(`frames of at most ${maxFrame} B are too small to speak in`)
  const maxMessage = positive(input.varint())
  const heartbeat = positive(input.varint())
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
