import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { ByteSink } from './packing-writer.js'
import { descriptorOf } from './socket-descriptor.js'

/** Writes to `socket`: past its stream, which costs a little less, where its descriptor is known. */
export function socketSink(socket: Socket): ByteSink {
  return {
    write: (bytes, written) => socket.write(bytes, written),
    writeNow(bytes, length) {
      const descriptor = descriptorOf(socket)
      if (descriptor === undefined) return 0
      try {
        return writeSync(descriptor, bytes, 0, length)
      } catch {
        return 0 // the buffer is full, or the socket broke: whichever it is, the stream waits for it or reports it
      }
    },
  }
}
