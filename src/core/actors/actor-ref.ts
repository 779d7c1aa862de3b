import type {
  InputOf,
  MessagesOf,
  OutputOf,
  Protocol,
  ProtocolEntries,
  RequestsOf,
} from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'
import type { AskOptions } from '../node/questions.js'
import type { Target } from './target.js'

/** The arguments for an input: none is needed where the input may be undefined. */
type Args<I> = [I] extends [undefined | void] ? [input?: I] : undefined extends I ? [input?: I] : [input: I]

/** Options of `send`. */
export interface SendOptions {
  /** Takes the message back while it has not left; `send` rejects with `ABORTED`. */
  readonly signal?: AbortSignal
}

/** Says something at once: true when it was taken, false when there is no room for it now. Outcomes that fail go to the dead letters. */
export type Tell<E extends ProtocolEntries> = {
  readonly [K in MessagesOf<E>]: (...input: Args<InputOf<E[K]>>) => boolean
}

/** Says something as soon as there is room: resolves when the mailbox accepted it, rejects with why it did not. */
export type Send<E extends ProtocolEntries> = {
  readonly [K in MessagesOf<E>]: (...input: [...Args<InputOf<E[K]>>, options?: SendOptions]) => Promise<void>
}

/** Asks: resolves with the answer. */
export type Ask<E extends ProtocolEntries> = {
  readonly [K in RequestsOf<E>]: (
    ...input: [...Args<InputOf<E[K]>>, options?: AskOptions]
  ) => Promise<OutputOf<E[K]>>
}

/** An actor as others see it: what one can say to it and ask it. It stays valid when the actor is restarted or not there yet. */
export interface ActorRef<P extends Protocol = Protocol> {
  /** `signalbox://shop/cashier` */
  readonly path: string
  readonly tell: Tell<P['entries']>
  readonly send: Send<P['entries']>
  readonly ask: Ask<P['entries']>
}

/** What a reference is made of. */
export interface ReferenceParts<P extends Protocol> {
  readonly protocol: P
  readonly path: string
  readonly target: Target
  readonly contracts: ContractTable
}

/** Makes a reference of a protocol and the place where its messages go. */
export function createActorRef<P extends Protocol>(parts: ReferenceParts<P>): ActorRef<P> {
  return new Reference(parts)
}

/** Its faces are made when they are looked at: most references are used in one way only. */
class Reference<P extends Protocol> implements ActorRef<P> {
  readonly path: string
  readonly #parts: ReferenceParts<P>
  #tell: Tell<P['entries']> | undefined
  #send: Send<P['entries']> | undefined
  #ask: Ask<P['entries']> | undefined

  constructor(parts: ReferenceParts<P>) {
    this.path = parts.path
    this.#parts = parts
  }

  get tell(): Tell<P['entries']> {
    const { target } = this.#parts
    const tell =
      this.#tell ??
      this.#face<Tell<P['entries']>>('message', contract => (input: unknown) => target.tell(contract, input))
    this.#tell = tell
    return tell
  }

  get send(): Send<P['entries']> {
    const { target } = this.#parts
    const send =
      this.#send ??
      this.#face<Send<P['entries']>>(
        'message',
        contract => (input: unknown, options?: SendOptions) => target.send(contract, input, options?.signal),
      )
    this.#send = send
    return send
  }

  get ask(): Ask<P['entries']> {
    const { target } = this.#parts
    const ask =
      this.#ask ??
      this.#face<Ask<P['entries']>>(
        'request',
        contract =>
          (input: unknown, options: AskOptions = {}) =>
            target.ask(contract, input, options),
      )
    this.#ask = ask
    return ask
  }

  /** One function for each entry of a kind, under the entry's name. */
  #face<F>(kind: 'message' | 'request', speak: (contract: LocalContract) => unknown): F {
    const { protocol, contracts } = this.#parts
    const entries = Object.entries(protocol.entries).filter(([, contract]) => contract.kind === kind)
    const face = entries.map(([name, contract]) => [name, speak(contracts.register(contract))])
    return Object.freeze(Object.fromEntries(face)) as F
  }
}
