import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pair } from 'zeromq'
import type { Message } from '../pair/payload.js'
import type { Carrier, Peer, Place } from '../pair/peer.js'
import { type Wire, wireFor } from './wire.js'

/** zeromq.js over `ipc://`, or tcp on Windows, where libzmq has no other; a pair of sockets that goes both ways. */
export const zeromq: Peer = {
  name: 'zeromq',
  async serve(place, receiver) {
    const wire = wireFor(place.payload)
    const socket = await openPair()
    await socket.bind(addressIn(place))
    await writeFile(join(place.folder, ADDRESS), socket.lastEndpoint ?? '')
    void (async () => {
      for await (const [frame] of socket) {
        if (frame === undefined) continue
        const answer = receiver.receive(wire.decode(frame))
        if (answer !== undefined) await socket.send(ownBytes(wire.encode(answer)))
      }
    })()
    return async () => socket.close()
  },
  async reach(place) {
    const socket = await openPair()
    socket.connect(await readFile(join(place.folder, ADDRESS), 'utf8'))
    return new ZeromqCarrier(socket, wireFor(place.payload))
  },
}

class ZeromqCarrier implements Carrier {
  readonly #asked: ((answer: Message) => void)[] = []
  /** A socket takes one message at a time. */
  #sending: Promise<void> = Promise.resolve()

  constructor(
    private readonly socket: Pair,
    private readonly wire: Wire,
  ) {
    void this.#readAnswers()
  }

  async pour(count: number, message: (n: number) => Message): Promise<void> {
    for (let n = 0; n < count; n++) await this.socket.send(ownBytes(this.wire.encode(message(n))))
  }

  async ask(message: Message): Promise<Message> {
    const bytes = ownBytes(this.wire.encode(message))
    const answer = new Promise<Message>(resolve => this.#asked.push(resolve))
    this.#sending = this.#sending.then(() => this.socket.send(bytes))
    await this.#sending
    return answer
  }

  async close(): Promise<void> {
    this.socket.close()
  }

  async #readAnswers(): Promise<void> {
    for await (const [frame] of this.socket)
      if (frame !== undefined) this.#asked.shift()?.(this.wire.decode(frame))
  }
}

/** The socket keeps what it is given until it has left. */
function ownBytes(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)
}

async function openPair(): Promise<Pair> {
  try {
    const { Pair } = await import('zeromq')
    return new Pair({ linger: 0 })
  } catch (error) {
    throw new Error(`zeromq.js does not load here: ${(error as Error).message.split('\n')[0]}`)
  }
}

/** The file that tells where the far side listens. */
const ADDRESS = 'zeromq.address'

function addressIn({ folder }: Place): string {
  return process.platform === 'win32' ? 'tcp://127.0.0.1:*' : `ipc://${join(folder, 'zeromq.sock')}`
}
