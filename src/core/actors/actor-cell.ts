import { type Clock, reasonOf, SignalboxError } from '../contracts/index.js'
import type { LocalContract } from '../node/contract-table.js'
import type { Recipient } from '../node/recipient.js'
import type { Reply } from '../node/reply.js'
import type { Dispatcher, Worker } from './dispatcher.js'
import type { HandlerTable } from './handler-table.js'
import { Mailbox, type MailboxOptions } from './mailbox.js'

/** A message in a mailbox. */
export interface Letter {
  readonly contract: LocalContract
  /** The name of its handler. */
  readonly handler: string
  readonly value: unknown
  /** Present when the sender waits for an answer. */
  readonly reply: Reply | undefined
}

/** What cells share. */
export interface CellSurroundings {
  readonly clock: Clock
  readonly dispatcher: Dispatcher
  /** A letter was accepted, and will not be handled after all. */
  undeliverable(path: string, letter: Letter, why: SignalboxError): void
}

type Handlers = Readonly<Record<string, (value: unknown, context?: Pick<Reply, 'signal'>) => unknown>>

/** Milliseconds that an actor which is stopped has for the letter at hand. */
const GRACE = 2000

/** One actor: its mailbox, and the handlers that get its letters one at a time. */
export class ActorCell implements Recipient, Worker {
  readonly #mailbox: Mailbox<Letter>
  #actor: Handlers | undefined
  /** `ready`: its turn will come. `waiting`: for a handler that is not done yet. */
  #state: 'idle' | 'ready' | 'waiting' = 'idle'
  /** The letter that is waited for. */
  #atHand: Letter | undefined
  /** Called when it is done, while {@link stop} waits for that. */
  #rest: (() => void) | undefined
  #stopped: SignalboxError | undefined

  constructor(
    readonly path: string,
    private readonly handlers: HandlerTable,
    private readonly surroundings: CellSurroundings,
    mailbox: MailboxOptions,
  ) {
    this.#mailbox = new Mailbox(path, mailbox, (letter, why) => this.#undeliverable(letter, why))
  }

  /**
   * Gives the cell the actor that handles its letters; those that came while it was made wait for it.
   * @throws SignalboxError `CONTRACT_INVALID` when a handler is missing
   */
  start(actor: object): void {
    this.handlers.assertComplete(actor, this.path)
    this.#actor = actor as Handlers
  }

  get stopped(): boolean {
    return this.#stopped !== undefined
  }

  /** Takes a letter now; false when there is no room. @throws SignalboxError `CONTRACT_UNHANDLED` */
  offer(contract: LocalContract, value: unknown): boolean {
    const handler = this.handlers.nameOf(contract, this.path)
    if (!this.#mailbox.offer({ contract, handler, value, reply: undefined })) return false
    if (this.#state === 'idle') this.#workSoon()
    return true
  }

  tell(contract: LocalContract, value: unknown): void | Promise<void> {
    return this.#put(contract, value, undefined)
  }

  ask(contract: LocalContract, value: unknown, reply: Reply): void | Promise<void> {
    return this.#put(contract, value, reply)
  }

  /**
   * Handles nothing more: what waits becomes undeliverable. Resolves when the letter at hand is done, or takes
   * too long, and the actor is disposed of.
   * @throws SignalboxError `HANDLER_FAILED` when its disposal throws
   */
  async stop(why: SignalboxError): Promise<void> {
    if (this.#stopped !== undefined) return
    this.#stopped = why
    for (const letter of this.#mailbox.close(why)) this.#undeliverable(letter, why)
    if (this.#state === 'waiting') await this.#untilDone(why)
    try {
      await disposeOf(this.#actor)
    } catch (thrown) {
      throw this.#failure('on its disposal', thrown)
    }
  }

  work(most: number): number {
    let done = 0
    while (done < most) {
      const letter = this.#mailbox.take()
      if (letter === undefined) {
        this.#state = 'idle'
        return done + 1 // finding nothing is work too: nobody turns for ever
      }
      done++
      const handling = this.#handle(letter)
      if (handling !== undefined) {
        this.#state = 'waiting'
        this.#atHand = letter
        handling.then(() => this.#workOn())
        return done
      }
    }
    this.#workSoon()
    return done
  }

  #put(contract: LocalContract, value: unknown, reply: Reply | undefined): void | Promise<void> {
    const handler = this.handlers.nameOf(contract, this.path)
    const accepted = this.#mailbox.put({ contract, handler, value, reply })
    if (this.#state === 'idle') this.#workSoon()
    return accepted
  }

  #workSoon(): void {
    this.#state = 'ready'
    this.surroundings.dispatcher.ready(this)
  }

  /** The handler that was waited for is done. */
  #workOn(): void {
    this.#state = 'idle'
    this.#atHand = undefined
    this.#rest?.()
    if (this.#mailbox.size > 0) this.#workSoon()
  }

  /** Runs the handler; a promise when it is not done yet, which never rejects. */
  #handle(letter: Letter): Promise<void> | undefined {
    const { handler, value, reply } = letter
    try {
      const result = this.#actor?.[handler]?.(value, reply)
      if (isThenable(result)) {
        return Promise.resolve(result)
          .then(answer => reply?.answer(answer))
          .catch((error: unknown) => this.#failed(letter, error))
      }
      reply?.answer(result)
    } catch (error) {
      this.#failed(letter, error)
    }
    return undefined
  }

  /** Waits for the letter at hand, but not for ever: its handler may wait for something that will not come. */
  #untilDone(why: SignalboxError): Promise<void> {
    return new Promise(resolve => {
      const timer = this.surroundings.clock.after(GRACE, () => {
        this.#atHand?.reply?.fail(why)
        resolve()
      })
      this.#rest = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  #failed(letter: Letter, thrown: unknown): void {
    this.#undeliverable(letter, this.#failure(`on ${letter.contract.key}`, thrown))
  }

  /** Whatever a handler throws, it is the handler that failed: a code of its own would be read as ours. */
  #failure(when: string, thrown: unknown): SignalboxError {
    const why = `${this.path} failed ${when}: ${reasonOf(thrown)}`
    return new SignalboxError('HANDLER_FAILED', why, { cause: thrown })
  }

  #undeliverable(letter: Letter, why: SignalboxError): void {
    if (letter.reply === undefined) this.surroundings.undeliverable(this.path, letter, why)
    else letter.reply.fail(why)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

async function disposeOf(actor: object | undefined): Promise<void> {
  const disposable = actor as Partial<AsyncDisposable & Disposable> | undefined
  if (disposable?.[Symbol.asyncDispose] !== undefined) await disposable[Symbol.asyncDispose]?.()
  else disposable?.[Symbol.dispose]?.()
}
