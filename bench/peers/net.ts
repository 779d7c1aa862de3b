import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Message } from '../pair/payload.js'
import type { Carrier, Peer, Place } from '../pair/peer.js'
import { FrameSplitter } from './length-prefixed.js'
import { PackingWriter, PlainWriter, type SocketWriter } from './socket-writer.js'
import { type Wire, wireFor } from './wire.js'

/** Node's own sockets over a Unix socket, or a named pipe on Windows: a length before each frame, one write a frame. */
export const net = socketPeer('net', socket => new PlainWriter(socket))

/** The same with as many frames a write as there are: what a careful program does. */
export const netPacked = socketPeer('net-packed', socket => new PackingWriter(socket))

function socketPeer(name: string, writerOf: (socket: Socket) => SocketWriter): Peer {
  return {
    name,
    async serve(place, receiver) {
      const wire = wireFor(place.payload)
      const server = createServer(socket => {
        const writer = writerOf(socket)
        const splitter = new FrameSplitter(frame => {
          const answer = receiver.receive(wire.decode(frame))
          if (answer !== undefined) writer.write(wire.encode(answer))
        })
        socket.on('data', chunk => {
          splitter.push(chunk)
          writer.flush()
        })
      })
      await once(server.listen(pathIn(place)), 'listening')
      return async () => void server.close()
    },
    async reach(place) {
      const socket = createConnection(pathIn(place))
      await once(socket, 'connect')
      return new SocketCarrier(socket, writerOf(socket), wireFor(place.payload))
    },
  }
}

class SocketCarrier implements Carrier {
  readonly #asked: ((answer: Message) => void)[] = []
  #flushing = false

  constructor(
    private readonly socket: Socket,
    private readonly writer: SocketWriter,
    private readonly wire: Wire,
  ) {
    const splitter = new FrameSplitter(frame => this.#asked.shift()?.(wire.decode(frame)))
    socket.on('data', chunk => splitter.push(chunk))
  }

  async pour(count: number, message: (n: number) => Message): Promise<void> {
    for (let n = 0; n < count; n++) {
      if (!this.writer.write(this.wire.encode(message(n)))) await this.writer.drained()
    }
    this.writer.flush()
  }

  /** Answers come in the order of the questions. */
  ask(message: Message): Promise<Message> {
    this.writer.write(this.wire.encode(message))
    if (!this.#flushing) this.#flushSoon()
    return new Promise(resolve => this.#asked.push(resolve))
  }

  async close(): Promise<void> {
    this.socket.destroy()
  }

  /** At the end of this turn: what is asked in one goes in one write. */
  #flushSoon(): void {
    this.#flushing = true
    void nextTurn().then(() => {
      this.#flushing = false
      this.writer.flush()
    })
  }
}

function pathIn({ folder }: Place): string {
  const path = join(folder, 'net.sock')
  return process.platform === 'win32' ? `\\\\.\\pipe\\${path.replaceAll(/[\\/:]/g, '-')}` : path
}
