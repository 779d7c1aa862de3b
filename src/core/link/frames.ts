/**
 * The kinds of frames of the wire protocol, version 1. The first byte of every frame is its kind.
 * docs/wire-protocol.md has the layouts and byte-for-byte examples.
 */
export const FrameKind = {
  // handshake
  hello: 0x01,
  welcome: 0x02,
  confirm: 0x03,
  ready: 0x04,
  refuse: 0x05,
  join: 0x06,
  joined: 0x07,
  // messages
  open: 0x10,
  data: 0x11,
  part: 0x12,
  end: 0x13,
  // their fate
  grant: 0x18,
  reject: 0x19,
  // the link itself
  ping: 0x20,
  bye: 0x21,
  fault: 0x25,
  // its tracks
  ack: 0x22,
  retired: 0x23,
  drain: 0x24,
} as const

/**
 * Whether both sides count frames of this kind. The others speak of the track that they are on, or of nothing:
 * they mean nothing on another one, so they are neither counted nor replayed.
 */
export function isCounted(kind: number): boolean {
  return kind !== FrameKind.ack && kind !== FrameKind.ping && kind !== FrameKind.drain
}

/** Whether frames of this kind leave again when their track dies: those that are counted, and not the handshake's. */
export function leavesAgain(kind: number): boolean {
  return kind >= FrameKind.open && isCounted(kind)
}

/** The version of the wire protocol that this code speaks. */
export const PROTOCOL_VERSION = 1

/** The first bytes of every hello: nobody else's protocol begins so. */
export const MAGIC = Uint8Array.of(0x53, 0x47, 0x42, 0x58) // SGBX

/**
 * Bytes of the largest frame before the peer is authenticated (I12), and of the largest one that is
 * neither data nor part at any time: every track of a link carries frames of this size.
 */
export const CONTROL_FRAME = 4096

/** Bytes that a frame has at most around a message or a part of one: kind, lane, sequence, offset, total. */
export const FRAME_OVERHEAD = 1 + 4 * 8

/** Lanes that exist without being opened. */
export const ReservedLane = {
  /** What the nodes tell each other. */
  control: 0,
  /** Answers: they have a budget of their own, so that two nodes that block on each other still answer (I7). */
  replies: 1,
} as const

/** The first lane that a sender may open. */
export const FIRST_LANE = 2

/** Bytes of the largest lane label. */
export const LABEL_LENGTH = 2048

/** Bytes of the longest text that explains a refusal or rejection. */
export const REASON_LENGTH = 1024
