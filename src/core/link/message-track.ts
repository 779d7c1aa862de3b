import type { Connection } from '../contracts/index.js'
import { ConnectionTrack, plainBytes, type TrackSink } from './track.js'
import type { Way } from './way.js'

const NOTHING: Uint8Array = new Uint8Array()

/** A track over a connection that keeps the boundaries of its frames. */
export class MessageTrack extends ConnectionTrack {
  constructor(connection: Connection, way?: Way) {
    super(connection, 0, way)
  }

  receive(sink: TrackSink): void {
    let buffer = NOTHING // most frames lie in the same one as the one before
    let plain = NOTHING
    this.connection.receive(frame => {
      const { start, end } = frame
      if (!this.allows(end - start)) return
      if (frame.buffer !== buffer) {
        buffer = frame.buffer
        plain = plainBytes(buffer)
      }
      this.lend(sink, plain, start, end)
    })
  }

  protected putHeader(): void {}
}
