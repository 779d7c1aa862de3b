import type { Connection, InPlaceSender } from './connection.js'

/** `Connection.send` of those whose frames are all written in place: takes a copy of `frame`, where there is room for it. */
export function sendInPlace(sender: InPlaceSender, frame: Uint8Array): ReturnType<Connection['send']> {
  const at = sender.reserve(frame.length)
  if (at < 0) return 'full'
  sender.room.set(frame, at)
  sender.commit(frame.length)
  return 'sent'
}
