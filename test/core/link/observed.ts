import type { Connection } from '../../../src/core/contracts/index.js'

/** The same connection, for a test that looks at each frame as it leaves and as it is delivered. */
export function observed(
  connection: Connection,
  look: { sent(frame: Uint8Array): void; received(frame: Uint8Array): void },
): Connection {
  return {
    writable$: connection.writable$,
    closed: connection.closed,
    remote: connection.remote,
    limits: connection.limits,
    send: frame => {
      const result = connection.send(frame)
      if (result === 'sent') look.sent(frame)
      return result
    },
    receive: sink =>
      connection.receive(frame => {
        look.received(frame.bytes)
        sink(frame)
      }),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    close: () => connection.close(),
    abort: error => connection.abort(error),
  }
}
