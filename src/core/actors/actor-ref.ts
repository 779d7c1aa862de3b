import type {
  InputOf,
  MessagesOf,
  OutputOf,
  Protocol,
  ProtocolEntries,
  RequestsOf,
} from '../contracts/index.js'
import type { LocalContract } from '../node/contract-table.js'
import type { AskOptions } from '../node/open-question.js'
import type { LocalEntry, LocalProtocol } from './local-protocol.js'
import type { Target } from './target.js'

/** The arguments for an input: none is needed where the input may be undefined. */
type Args<I> = [I] extends [undefined | void] ? [input?: I] : undefined extends I ? [input?: I] : [input: I]

/** Options of `send`. */
export interface SendOptions {
  /** Takes the message back while it has not left; `send` rejects with `ABORTED`. */
  readonly signal?: AbortSignal
}

/** Says something at once: true when it was taken, false when there is no room for it now; see {@link ActorRef.room}. Outcomes that fail go to the dead letters. */
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
  /**
   * Resolves when `tell`, which said `false`, may be tried again: when half of what may be on the way to the actor has
   * been accepted, or there is nothing to wait for any more. It keeps no room, and never rejects.
   * @example
   * while (!cashier.tell.placed(order)) await cashier.room()
   */
  room(): Promise<void>
  readonly send: Send<P['entries']>
  readonly ask: Ask<P['entries']>
}

/** Makes a reference of a protocol and the place where its messages go. */
export function createActorRef<P extends Protocol>(protocol: LocalProtocol, target: Target): ActorRef<P> {
  return new Reference<P>(protocol, target)
}

/** Its faces are made when they are looked at: most references are used in one way only. */
class Reference<P extends Protocol> implements ActorRef<P> {
  #tell: Tell<P['entries']> | undefined
  #send: Send<P['entries']> | undefined
  #ask: Ask<P['entries']> | undefined

  constructor(
    private readonly protocol: LocalProtocol,
    private readonly target: Target,
  ) {}

  get path(): string {
    return this.target.path
  }

  get tell(): Tell<P['entries']> {
    this.#tell ??= face<Tell<P['entries']>>(this.protocol, 'message', teller, this.target)
    return this.#tell
  }

  room(): Promise<void> {
    return this.target.room()
  }

  get send(): Send<P['entries']> {
    this.#send ??= face<Send<P['entries']>>(this.protocol, 'message', sender, this.target)
    return this.#send
  }

  get ask(): Ask<P['entries']> {
    this.#ask ??= face<Ask<P['entries']>>(this.protocol, 'request', asker, this.target)
    return this.#ask
  }
}

const NO_OPTIONS: AskOptions = Object.freeze({})

function teller(target: Target, contract: LocalContract) {
  return (input: unknown) => target.tell(contract, input)
}

function sender(target: Target, contract: LocalContract) {
  return (input: unknown, options?: SendOptions) => target.send(contract, input, options?.signal)
}

function asker(target: Target, contract: LocalContract) {
  return (input: unknown, options = NO_OPTIONS) => target.ask(contract, input, options)
}

/** One function for each entry of a kind, under the entry's name. */
function face<F>(
  { entries }: LocalProtocol,
  kind: LocalEntry['kind'],
  speak: (target: Target, contract: LocalContract) => unknown,
  target: Target,
): F {
  const functions: Record<string, unknown> = {}
  for (const entry of entries) if (entry.kind === kind) functions[entry.name] = speak(target, entry.contract)
  return Object.freeze(functions) as F
}
