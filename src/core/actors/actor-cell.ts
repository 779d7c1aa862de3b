import { type Clock, reasonOf, SignalboxError } from '../contracts/index.js'
import type { LocalContract } from '../node/contract-table.js'
import type { Reply } from '../node/reply.js'
import type { Dispatcher, Worker } from './dispatcher.js'
import { Letter } from './letter.js'
import type { LocalProtocol } from './local-protocol.js'
import { type Living, type LocalSurroundings, LocalTarget } from './local-target.js'
import { Mailbox, type MailboxOptions, type MailboxOwner } from './mailbox.js'

/** What cells share. */
export interface CellSurroundings extends LocalSurroundings {
  readonly clock: Clock
  readonly dispatcher: Dispatcher
}

type Handlers = Readonly<Record<string, (value: unknown, context?: Pick<Reply, 'signal'>) => unknown>>

/** A letter whose handler is not done yet. */
interface AtHand {
  readonly letter: Letter
  /** Resolves when it is; never rejects. */
  readonly done: Promise<void>
}

/** An actor that may want to be told of its end; of two ways the asynchronous one counts. */
type MaybeDisposable = Partial<AsyncDisposable & Disposable>

/** Milliseconds that an actor which is stopped has for the letter at hand. */
const GRACE = 2000

/** One actor: its mailbox, and the handlers that get its letters one at a time. */
export class ActorCell extends LocalTarget<CellSurroundings> implements Living, Worker, MailboxOwner<Letter> {
  next: Worker | undefined = undefined
  readonly #protocol: LocalProtocol
  readonly #mailbox: Mailbox<Letter>
  #actor: Handlers | undefined
  /** Its turn will come. */
  #ready = false
  /** What is waited for before the next turn. */
  #atHand: AtHand | undefined

  /** @throws SignalboxError `CONFIG_INVALID` for a mailbox that takes nothing */
  constructor(
    name: string,
    protocol: LocalProtocol,
    surroundings: CellSurroundings,
    mailbox: MailboxOptions,
  ) {
    super(name, surroundings)
    this.#protocol = protocol
    this.#mailbox = new Mailbox(this, mailbox)
  }

  /**
   * Gives the cell the actor that handles its letters; those that came while it was made wait for it.
   * @throws SignalboxError `CONTRACT_INVALID` when a handler is missing
   */
  start(actor: object): void {
    this.#protocol.assertComplete(actor, this)
    this.#actor = actor as Handlers
  }

  get stopped(): boolean {
    return this.#mailbox.closed
  }

  offer(contract: LocalContract, value: unknown): boolean {
    const letter = new Letter(this.#protocol.entryOf(contract, this), value, undefined)
    if (!this.#mailbox.offer(letter)) return false
    this.#workSoon()
    return true
  }

  mailboxRoom(): Promise<void> {
    return this.#mailbox.room()
  }

  put(contract: LocalContract, value: unknown, reply: Reply | undefined): void | Promise<void> {
    const accepted = this.#mailbox.put(new Letter(this.#protocol.entryOf(contract, this), value, reply))
    this.#workSoon()
    return accepted
  }

  dropped(letter: Letter, why: SignalboxError): void {
    if (letter.reply === undefined)
      this.surroundings.undeliverable(this.path, letter.entry.contract, letter.value, why)
    else letter.reply.fail(why)
  }

  /**
   * Handles nothing more: what waits becomes undeliverable. Resolves when the letter at hand is done, or takes
   * too long, and the actor is disposed of.
   * @param why what became of it, for people
   * @throws SignalboxError `HANDLER_FAILED` when its disposal throws
   */
  async stop(why = 'was stopped'): Promise<void> {
    if (this.stopped) return
    const refusal = () => new SignalboxError('ACTOR_STOPPED', `${this.path} ${why}`)
    for (const letter of this.#mailbox.close(refusal)) this.dropped(letter, refusal())
    await undefined // it may be a handler that stops its actor: only now is known whether it is done
    if (this.#atHand !== undefined) await this.#grace(this.#atHand, refusal)
    const actor: MaybeDisposable | undefined = this.#actor
    this.#actor = undefined // references may outlive it by far
    const dispose = actor?.[Symbol.asyncDispose] ?? actor?.[Symbol.dispose]
    if (dispose === undefined) return
    try {
      await dispose.call(actor)
    } catch (thrown) {
      throw this.#failure('on its disposal', thrown)
    }
  }

  work(most: number): number {
    let done = 0
    while (done < most && this.#atHand === undefined) {
      const letter = this.#mailbox.take()
      if (letter === undefined) break
      done++
      this.#handle(letter)
    }
    this.#ready = false
    this.#workSoon()
    return Math.max(done, 1)
  }

  /** References that were made when it ran lead to who has its name after it. */
  protected override living(): Living {
    return this.stopped ? this.surroundings.find(this.name) : this
  }

  #workSoon(): void {
    if (this.#ready || this.#atHand !== undefined || this.#mailbox.size === 0) return
    this.#ready = true
    this.surroundings.dispatcher.ready(this)
  }

  #handle(letter: Letter): void {
    const { entry, value, reply } = letter
    if (reply?.givenUp !== undefined) {
      reply.fail(reply.givenUp) // its signal has fired already: a handler that waits for that would wait for ever
      return
    }
    try {
      const result = this.#actor?.[entry.name]?.(value, reply)
      if (isThenable(result)) this.#atHand = { letter, done: this.#whenDone(letter, result) }
      else reply?.answer(result)
    } catch (error) {
      this.#failed(letter, error)
    }
  }

  /** The next letter has its turn when the handler of this one is done. */
  async #whenDone(letter: Letter, result: PromiseLike<unknown>): Promise<void> {
    try {
      const answer = await result
      letter.reply?.answer(answer)
    } catch (error) {
      this.#failed(letter, error)
    }
    this.#atHand = undefined
    this.#workSoon()
  }

  /** Waits for the letter at hand, but not for ever: its handler may wait for something that will not come. */
  #grace({ letter, done }: AtHand, refusal: () => SignalboxError): Promise<void> {
    return new Promise(resolve => {
      const timer = this.surroundings.clock.after(GRACE, () => {
        letter.reply?.fail(refusal())
        resolve()
      })
      void done.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  #failed(letter: Letter, thrown: unknown): void {
    this.dropped(letter, this.#failure(`on ${letter.entry.contract.key}`, thrown))
  }

  /** Whatever a handler throws, it is the handler that failed: a code of its own would be read as ours. */
  #failure(when: string, thrown: unknown): SignalboxError {
    const why = `${this.path} failed ${when}: ${reasonOf(thrown)}`
    return new SignalboxError('HANDLER_FAILED', why, { cause: thrown })
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
