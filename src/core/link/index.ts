export { Backlog } from './backlog.js'
export { ByteReader } from './byte-reader.js'
export { ByteWriter } from './byte-writer.js'
export { bySize, type ChooseTrack, primaryTrack, type TrackView } from './choose-track.js'
export {
  type Boundaries,
  dialLink,
  type EstablishOptions,
  establishLink,
  type JoinOptions,
  joinLink,
} from './connect.js'
export type { ExchangeOptions } from './exchange.js'
export { type FramedOptions, framed } from './framed.js'
export { FIRST_LANE, ReservedLane } from './frames.js'
export type { HandshakeOptions, Session } from './handshake.js'
export type { Grant, Hello } from './hello.js'
export type { LaneSink } from './inbound-lane.js'
export { Link, type LinkHost } from './link.js'
export type { LinkOptions } from './link-options.js'
export type { OutboundLane } from './outbound-lane.js'
export { ACCEPTED, type Outcome, PromiseReceipt, type Receipt } from './outcome.js'
export { Queue } from './queue.js'
export { errorOf, readReason, writeReason } from './reason.js'
export { type Dial, SessionRegistry } from './session-registry.js'
export { type PaceSample, TrackPace } from './track-pace.js'
export type { TrackReport, Traffic } from './traffic.js'
export { putVarint, varintLength } from './varint.js'
export { violation } from './violation.js'
export type { Way } from './way.js'
