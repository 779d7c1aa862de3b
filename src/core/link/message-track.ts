import type { Connection } from '../contracts/index.js'
import { ConnectionTrack, plainBytes, type TrackSink } from './track.js'

/** A track over a connection that keeps the boundaries of its frames. */
export class MessageTrack extends ConnectionTrack {
  constructor(connection: Connection) {
    super(connection, 0)
  }

  receive(sink: TrackSink): void {
    this.connection.receive(frame => {
      const bytes = plainBytes(frame.bytes)
      if (this.allows(bytes.length)) this.lend(sink, bytes, 0, bytes.length)
    })
  }

  protected putHeader(): void {}
}
