import type { Connection, Frame, FrameSink } from '../core/contracts/connection.js'

/** What bytes are overwritten with once nobody may look at them any more. */
export const POISON = 0xdb

/**
 * The same connection, except that bytes are overwritten as soon as their loan ends: code that
 * keeps a frame without {@link Frame.retain} reads 0xdb from then on.
 */
export function poisoned(connection: Connection): Connection {
  return {
    ...(connection.inPlace === undefined ? {} : { inPlace: connection.inPlace }),
    writable$: connection.writable$,
    closed: connection.closed,
    remote: connection.remote,
    get limits() {
      return connection.limits
    },
    send: frame => connection.send(frame),
    receive: sink => connection.receive(frame => lend(frame, sink)),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    close: () => connection.close(),
    abort: error => connection.abort(error),
  }
}

function lend(frame: Frame, sink: FrameSink): void {
  const { buffer, start, end } = frame
  let keptInPlace = false
  sink({
    get bytes() {
      return frame.bytes
    },
    get buffer() {
      return frame.buffer
    },
    get start() {
      return frame.start
    },
    get end() {
      return frame.end
    },
    retain() {
      const release = frame.retain()
      keptInPlace ||= frame.buffer === buffer
      return release
    },
  })
  if (!keptInPlace) buffer.fill(POISON, start, end)
}
