import type { Observable } from 'rxjs'
import {
  type Address,
  Arrivals,
  type Capabilities,
  type Connection,
  type ConnectionTransport,
  type Listener,
  reasonOf,
  type SharedSlot,
  type SlotTransport,
  type TransportContext,
  type TransportOptions,
} from '../contracts/index.js'
import { Attempt, PATIENCE } from './attempt.js'
import type { PatienceOptions } from './connections-over.js'
import { DerivedTransport } from './derived-transport.js'
import { TurnConnection } from './turn-connection.js'
import {
  CONVERSATION_LENGTH,
  ENVELOPE,
  type Envelope,
  isSame,
  readEnvelope,
  writeEnvelope,
} from './turn-envelope.js'

const NO_FRAME = new Uint8Array(0)

/**
 * Connections over slots, one at a time on each: whoever has something to say writes it, and it stays until the other
 * side took it. Who connects while a slot is in use waits for it. A conversation whose two sides died without a word
 * leaves its slot in use.
 */
export function turnTaking(transport: SlotTransport, options: PatienceOptions = {}): ConnectionTransport {
  return new TurnTaking(transport, options.patience ?? PATIENCE)
}

class TurnTaking extends DerivedTransport<SlotTransport> {
  constructor(
    transport: SlotTransport,
    private readonly patience: number,
  ) {
    super(transport)
  }

  describe(address: Address): Capabilities {
    const raw = this.source.describe(address)
    return {
      ...raw,
      delivery: 'reliable',
      ordered: true,
      maxFrame: raw.maxFrame - ENVELOPE,
      direction: 'duplex',
      group: 'none',
      boundaries: 'message',
      flowControl: 'track',
      connectProves: 'listener',
      identity: 'none',
      persistent: false,
    }
  }

  async listen(address: Address, context: TransportContext, options?: TransportOptions): Promise<Listener> {
    const slot = await this.source.open(address, context, options)
    return new TurnListener(slot, context, () => this.source.open(address, context))
  }

  async connect(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Connection> {
    const slot = await this.source.open(address, context, options)
    const conversation = context.random.bytes(CONVERSATION_LENGTH)
    let foreign: number | undefined
    const ask = () => {
      const { version, bytes } = slot.read()
      const present = readEnvelope(bytes)
      if (present !== undefined && isSame(present.conversation, conversation)) {
        if (present.side === 0) return
        changes.unsubscribe()
        attempt.succeed(new TurnConnection(slot, 0, conversation))
        return
      }
      const isFree =
        present === undefined ? bytes.length === 0 || version === foreign : present.kind === 'close'
      if (isFree) slot.write(version, writeEnvelope(greeting('open', conversation)))
      // What a foreign program wrote may lie on a conversation that is about to say so.
      else if (present === undefined) foreign = version
    }
    const what = `connect to ${address.href}`
    const attempt = new Attempt<Connection>(what, context.clock, this.patience, options.signal, ask)
    const changes = slot.changed$.subscribe(ask)
    try {
      return await attempt.result
    } catch (error) {
      withdraw(slot, conversation)
      await slot.close()
      throw error
    }
  }
}

/** A slot at which conversations are opened. */
class TurnListener implements Listener {
  readonly connections$: Observable<Connection>
  readonly #arrivals = new Arrivals()
  #accepting = false
  #closed = false

  constructor(
    private readonly slot: SharedSlot,
    private readonly context: TransportContext,
    private readonly another: () => Promise<SharedSlot>,
  ) {
    this.connections$ = this.#arrivals.connections$
    slot.changed$.subscribe({ next: () => this.#look(), complete: () => this.#arrivals.complete() })
    context.clock.after(0, () => this.#look()) // somebody may wait already; our caller first hears of us
  }

  get address(): Address {
    return this.slot.address
  }

  close(): Promise<void> {
    this.#closed = true
    this.#arrivals.complete()
    return this.slot.close()
  }

  #look(): void {
    if (this.#accepting || this.#closed || !isOpen(this.slot)) return
    this.#accepting = true
    this.#accept()
      .catch(error => {
        this.context.log.warn(`${this.address.href}: a connection could not be made`, {
          reason: reasonOf(error),
        })
      })
      .finally(() => {
        this.#accepting = false
      })
  }

  async #accept(): Promise<void> {
    const slot = await this.another()
    const { version, bytes } = slot.read()
    const open = readEnvelope(bytes)
    const accepted =
      open?.kind === 'open' && slot.write(version, writeEnvelope(greeting('accept', open.conversation)))
    if (!accepted) return slot.close()
    this.#arrivals.add(new TurnConnection(slot, 1, open.conversation))
  }
}

function isOpen(slot: SharedSlot): boolean {
  return readEnvelope(slot.read().bytes)?.kind === 'open'
}

function greeting(kind: 'open' | 'accept', conversation: Uint8Array): Envelope {
  return { kind, side: kind === 'open' ? 0 : 1, conversation, sequence: 0, taken: 0, frame: NO_FRAME }
}

/** Frees the slot of a conversation that nobody accepted. */
function withdraw(slot: SharedSlot, conversation: Uint8Array): void {
  const { version, bytes } = slot.read()
  const present = readEnvelope(bytes)
  if (present === undefined || !isSame(present.conversation, conversation)) return
  slot.write(version, writeEnvelope({ ...greeting('open', conversation), kind: 'close' }))
}
