import type {
  InputOf,
  MessagesOf,
  OutputOf,
  Protocol,
  ProtocolEntries,
  RequestsOf,
} from '../contracts/index.js'
import type { ContractTable } from '../node/contract-table.js'
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

/** Makes a reference of a protocol and the place where its messages go. */
export function createActorRef<P extends Protocol>(
  protocol: P,
  path: string,
  target: Target,
  table: ContractTable,
): ActorRef<P> {
  const tell: Record<string, unknown> = {}
  const send: Record<string, unknown> = {}
  const ask: Record<string, unknown> = {}
  for (const [name, declared] of Object.entries(protocol.entries)) {
    const contract = table.register(declared)
    if (declared.kind === 'message') {
      tell[name] = (input: unknown) => target.tell(contract, input)
      send[name] = (input: unknown, options?: SendOptions) => target.send(contract, input, options?.signal)
    } else {
      ask[name] = (input: unknown, options?: AskOptions) => target.ask(contract, input, options ?? {})
    }
  }
  return Object.freeze({ path, tell, send, ask }) as unknown as ActorRef<P>
}
