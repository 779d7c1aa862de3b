import type { Connection } from '../contracts/index.js'
import { ConnectionTrack, plainBytes, type TrackSink } from './track.js'
import type { Way } from './way.js'

/** A track over a connection that keeps the boundaries of its frames. */
export class MessageTrack extends ConnectionTrack {
  constructor(connection: Connection, way?: Way) {
    super(connection, 0, way)
  }

  receive(sink: TrackSink): void {
    this.connection.receive(frame => {
      const { start, end } = frame
      if (this.allows(end - start)) this.lend(sink, plainBytes(frame.buffer), start, end)
    })
  }

  protected putHeader(): void {}
}
