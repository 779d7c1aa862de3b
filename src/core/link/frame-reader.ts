import type { ByteReader } from './byte-reader.js'
import { FrameKind, LABEL_LENGTH } from './frames.js'
import { type Reason, readReason } from './reason.js'
import { violation } from './violation.js'

/** What the frames of a session say. Byte arrays are lent: valid until the method returns. */
export interface FrameReceiver {
  open(lane: number, label: Uint8Array): void
  /** @param message what is left of the frame: lent, too */
  data(lane: number, sequence: number, message: ByteReader): void
  part(lane: number, sequence: number, offset: number, total: number, part: Uint8Array): void
  end(lane: number): void
  grant(lane: number, sequence: number, messages: number, bytes: number): void
  reject(lane: number, sequence: number, reason: Reason): void
  ping(): void
  bye(): void
  /** The peer ends the session because of what we did. */
  fault(reason: Reason): void
  ack(count: number): void
  retired(track: number, count: number): void
  drain(): void
}

/** Reads one frame of an established session. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function readFrame(frame: ByteReader, to: FrameReceiver): void {
  const kind = frame.u8()
  switch (kind) {
    case FrameKind.data:
      to.data(frame.varint(), frame.varint(), frame)
      return
    case FrameKind.part:
      to.part(frame.varint(), frame.varint(), frame.varint(), frame.varint(), frame.rest())
      return
    case FrameKind.grant: {
      const lane = frame.varint()
      const sequence = frame.varint()
      const messages = frame.varint()
      const bytes = frame.varint()
      frame.end()
      to.grant(lane, sequence, messages, bytes)
      return
    }
    case FrameKind.reject: {
      const lane = frame.varint()
      const sequence = frame.varint()
      const reason = readReason(frame)
      frame.end()
      to.reject(lane, sequence, reason)
      return
    }
    case FrameKind.open: {
      const lane = frame.varint()
      if (frame.left > LABEL_LENGTH) throw violation(`a label of ${frame.left} B is over ${LABEL_LENGTH} B`)
      to.open(lane, frame.rest())
      return
    }
    case FrameKind.end: {
      const lane = frame.varint()
      frame.end()
      to.end(lane)
      return
    }
    case FrameKind.ping:
      frame.end()
      to.ping()
      return
    case FrameKind.bye:
      frame.end()
      to.bye()
      return
    case FrameKind.fault: {
      const reason = readReason(frame)
      frame.end()
      to.fault(reason)
      return
    }
    case FrameKind.ack: {
      const count = frame.varint()
      frame.end()
      to.ack(count)
      return
    }
    case FrameKind.retired: {
      const track = frame.varint()
      const count = frame.varint()
      frame.end()
      to.retired(track, count)
      return
    }
    case FrameKind.drain:
      frame.end()
      to.drain()
      return
    default:
      throw violation(`0x${kind.toString(16)} is not a kind of frame`)
  }
}
