import { isSignalboxError, type Protocol, reasonOf, SignalboxError } from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'
import type { Recipient, Reply } from '../node/recipient.js'
import { Mailbox, type MailboxOptions } from './mailbox.js'

/** A message in a mailbox. */
export interface Letter {
  readonly contract: LocalContract
  readonly value: unknown
  /** Present when the sender waits for an answer. */
  readonly reply: Reply | undefined
}

type Handler = (value: unknown, context?: { readonly signal: AbortSignal }) => unknown

/** What a cell tells its surroundings. */
export interface CellSurroundings {
  readonly path: string
  /** A letter was accepted, and will not be handled after all. */
  undeliverable(letter: Letter, why: SignalboxError): void
}

/** Letters that are handled before other work of the process gets its turn. */
const BATCH = 256

/** One actor: its mailbox, and the handlers that get its letters one at a time. */
export class ActorCell implements Recipient {
  readonly #mailbox: Mailbox<Letter>
  readonly #handlers = new Map<LocalContract, Handler>()
  #actor: object | undefined
  #working = false
  #stopped: SignalboxError | undefined
  #idle: (() => void) | undefined

  constructor(
    private readonly protocol: Protocol,
    private readonly surroundings: CellSurroundings,
    mailbox: MailboxOptions,
  ) {
    this.#mailbox = new Mailbox(surroundings.path, mailbox, (letter, why) => this.#undeliverable(letter, why))
  }

  /**
   * Gives the cell its handlers.
   * @throws SignalboxError `CONTRACT_INVALID` when one is missing
   */
  start(actor: object, table: ContractTable): void {
    for (const [name, contract] of Object.entries(this.protocol.entries)) {
      const handler: unknown = Reflect.get(actor, name)
      if (typeof handler !== 'function') {
        throw new SignalboxError(
          'CONTRACT_INVALID',
          `${this.surroundings.path} has no handler ${name} for ${contract.kind} ${contract.name}`,
        )
      }
      this.#handlers.set(table.register(contract), (value, context) =>
        Reflect.apply(handler, actor, [value, context]),
      )
    }
    this.#actor = actor
  }

  get stopped(): boolean {
    return this.#stopped !== undefined
  }

  /** Takes a letter now; false when there is no room. @throws SignalboxError `CONTRACT_UNHANDLED` */
  offer(contract: LocalContract, value: unknown): boolean {
    this.#assertHandled(contract)
    if (!this.#mailbox.offer({ contract, value, reply: undefined })) return false
    this.#workSoon()
    return true
  }

  tell(contract: LocalContract, value: unknown): void | Promise<void> {
    return this.#put({ contract, value, reply: undefined })
  }

  ask(contract: LocalContract, value: unknown, reply: Reply): void | Promise<void> {
    return this.#put({ contract, value, reply })
  }

  /** Handles nothing more: what waits becomes undeliverable; resolves when the letter at hand is done. */
  async stop(why: SignalboxError): Promise<void> {
    if (this.#stopped !== undefined) return
    this.#stopped = why
    for (const letter of this.#mailbox.close(why)) this.#undeliverable(letter, why)
    if (this.#working) await new Promise<void>(resolve => (this.#idle = resolve))
    await disposeOf(this.#actor)
  }

  #put(letter: Letter): void | Promise<void> {
    this.#assertHandled(letter.contract)
    const accepted = this.#mailbox.put(letter)
    this.#workSoon()
    return accepted
  }

  #assertHandled(contract: LocalContract): void {
    if (this.#handlers.has(contract)) return
    throw new SignalboxError(
      'CONTRACT_UNHANDLED',
      `${this.surroundings.path} (${this.protocol.name}) has no handler for ${contract.key}`,
    )
  }

  #workSoon(): void {
    if (this.#working || this.#stopped !== undefined) return
    this.#working = true
    queueMicrotask(() => this.#work())
  }

  /** Handles letters one after the other, and lets the process breathe between batches. */
  #work(): void {
    for (let count = 0; count < BATCH; count++) {
      const letter = this.#stopped === undefined ? this.#mailbox.take() : undefined
      if (letter === undefined) {
        this.#working = false
        this.#idle?.()
        return
      }
      const working = this.#handle(letter)
      if (working !== undefined) {
        working.then(() => this.#work())
        return
      }
    }
    setImmediate(() => this.#work())
  }

  /** Runs the handler; a promise when it is not done yet, which never rejects. */
  #handle(letter: Letter): Promise<void> | undefined {
    const { contract, value, reply } = letter
    const handler = this.#handlers.get(contract)
    try {
      const result = reply === undefined ? handler?.(value) : handler?.(value, { signal: reply.signal })
      if (result instanceof Promise) {
        return result.then(
          answer => reply?.answer(answer),
          (error: unknown) => this.#failed(letter, error),
        )
      }
      reply?.answer(result)
    } catch (error) {
      this.#failed(letter, error)
    }
    return undefined
  }

  #failed(letter: Letter, thrown: unknown): void {
    const error = isSignalboxError(thrown)
      ? thrown
      : new SignalboxError(
          'HANDLER_FAILED',
          `${this.surroundings.path} failed on ${letter.contract.key}: ${reasonOf(thrown)}`,
          { cause: thrown },
        )
    this.#undeliverable(letter, error)
  }

  #undeliverable(letter: Letter, why: SignalboxError): void {
    if (letter.reply === undefined) this.surroundings.undeliverable(letter, why)
    else letter.reply.fail(why)
  }
}

async function disposeOf(actor: object | undefined): Promise<void> {
  const disposable = actor as Partial<AsyncDisposable & Disposable> | undefined
  await disposable?.[Symbol.asyncDispose]?.()
  disposable?.[Symbol.dispose]?.()
}
