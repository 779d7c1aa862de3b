import type { ChildProcess } from 'node:child_process'
import type { Message, Payload } from '../pair/payload.js'
import type { Carrier, Peer } from '../pair/peer.js'

/** The channel that `fork` makes, with values as JSON; bytes go as text. */
export const childProcessJson = channelPeer('child_process json', 'json')

/** The same with values as structured clones. */
export const childProcessAdvanced = channelPeer('child_process advanced', 'advanced')

/** How a message is written so that the channel takes it, and can be told from what else comes over it. */
interface Form {
  wrap(message: Message): unknown
  unwrap(form: unknown): Message | undefined
}

function channelPeer(name: string, serialization: 'json' | 'advanced'): Peer {
  return {
    name,
    serialization,
    async serve({ payload }, receiver) {
      const form = formFor(payload, serialization)
      process.on('message', received => {
        const message = form.unwrap(received)
        if (message === undefined) return
        const answer = receiver.receive(message)
        if (answer !== undefined) process.send?.(form.wrap(answer))
      })
      return async () => {}
    },
    async reach({ payload }, far) {
      if (far === undefined) throw new Error('the channel is one to another process')
      return new ChannelCarrier(far, formFor(payload, serialization))
    },
  }
}

class ChannelCarrier implements Carrier {
  readonly #asked: ((answer: Message) => void)[] = []

  constructor(
    private readonly far: ChildProcess,
    private readonly form: Form,
  ) {
    far.on('message', received => {
      const answer = form.unwrap(received)
      if (answer !== undefined) this.#asked.shift()?.(answer)
    })
  }

  async pour(count: number, message: (n: number) => Message): Promise<void> {
    let roomy = true
    for (let n = 0; n < count; n++) {
      const form = this.form.wrap(message(n)) as object
      if (roomy) roomy = this.far.send(form)
      // Much is waiting: the next goes when this one has gone.
      else
        await new Promise<void>(gone => {
          roomy = this.far.send(form, () => gone())
        })
    }
  }

  ask(message: Message): Promise<Message> {
    this.far.send(this.form.wrap(message) as object)
    return new Promise(resolve => this.#asked.push(resolve))
  }

  async close(): Promise<void> {}
}

const order: Form = {
  wrap: message => message,
  unwrap: form =>
    typeof form === 'object' && form !== null && 'sku' in form ? (form as Message) : undefined,
}

const clonedBytes: Form = {
  wrap: message => message,
  unwrap: form => (form instanceof Uint8Array ? form : undefined),
}

const textBytes: Form = {
  wrap: message => Buffer.from(message as Uint8Array).toString('latin1'),
  unwrap: form => (typeof form === 'string' ? Buffer.from(form, 'latin1') : undefined),
}

function formFor({ kind }: Payload, serialization: 'json' | 'advanced'): Form {
  if (kind === 'order') return order
  return serialization === 'json' ? textBytes : clonedBytes
}
