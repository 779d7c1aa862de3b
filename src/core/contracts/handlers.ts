import type { MessageContract, Protocol, ProtocolEntries, RequestContract } from './contract.js'

/** What a message or request carries to its handler. */
export type InputOf<C> =
  C extends MessageContract<infer P> ? P : C extends RequestContract<infer I, infer _O> ? I : never

/** What a request is answered with. */
export type OutputOf<C> = C extends RequestContract<infer _I, infer O> ? O : never

/** What the handler of a request gets besides its input. */
export interface AskContext {
  /**
   * Fires when the asker gives up: time-out, abort, or death. It has not fired when the handler begins: a question
   * that was given up before its turn is not begun.
   */
  readonly signal: AbortSignal
}

/** The handler of one contract. */
export type HandlerOf<C> =
  C extends MessageContract<infer P>
    ? (input: P) => void | Promise<void>
    : C extends RequestContract<infer I, infer O>
      ? (input: I, context: AskContext) => O | Promise<O>
      : never

/** What an actor of protocol `P` implements: one handler for each of its entries. */
export type Handles<P extends Protocol> = { [K in keyof P['entries']]: HandlerOf<P['entries'][K]> }

/** The names of a protocol's messages. */
export type MessagesOf<E extends ProtocolEntries> = {
  [K in keyof E]: E[K] extends MessageContract ? K : never
}[keyof E]

/** The names of a protocol's requests. */
export type RequestsOf<E extends ProtocolEntries> = {
  [K in keyof E]: E[K] extends RequestContract ? K : never
}[keyof E]
