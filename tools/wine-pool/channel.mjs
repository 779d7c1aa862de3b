// Messages between vitest and its worker over one socket: 4 bytes of length, little endian, then the
// structured clone. Plain JavaScript, because the worker's side runs before any compiler.
import v8 from 'node:v8'

const headerSize = 4

/** What a worker says from time to time to show that its event loop turns. */
export const heartbeat = 'heartbeat'

/**
 * @param {import('node:net').Socket} socket
 * @param {(message: any) => void} onMessage
 * @returns {(message: unknown) => void} sends one message
 */
export function openChannel(socket, onMessage) {
  socket.setNoDelay(true)
  socket.on(
    'data',
    framesInto(frame => onMessage(v8.deserialize(frame))),
  )
  return message => {
    const body = v8.serialize(message)
    const header = Buffer.alloc(headerSize)
    header.writeUInt32LE(body.length)
    socket.cork()
    socket.write(header)
    socket.write(body)
    socket.uncork()
  }
}

/**
 * Chunks are joined only once a frame is complete: a large module arrives in many of them.
 * @param {(frame: Buffer) => void} onFrame
 * @returns {(chunk: Buffer) => void}
 */
function framesInto(onFrame) {
  /** @type {Buffer[]} */
  let chunks = []
  let size = 0
  let wanted = headerSize
  let inBody = false

  return chunk => {
    chunks.push(chunk)
    size += chunk.length
    while (size >= wanted) {
      const joined = Buffer.concat(chunks)
      const part = joined.subarray(0, wanted)
      chunks = [joined.subarray(wanted)]
      size = joined.length - wanted
      if (inBody) {
        wanted = headerSize
        onFrame(part)
      } else {
        wanted = part.readUInt32LE()
      }
      inBody = !inBody
    }
  }
}
