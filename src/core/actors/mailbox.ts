import { SignalboxError } from '../contracts/index.js'
import { Queue } from '../link/index.js'

/** What a full mailbox can do with one more message. Each message that is dropped goes to the dead letters. */
export const mailboxOverflows = [
  'block', // it waits, and so does its sender: nothing is lost
  'reject', // the sender hears MAILBOX_FULL
  'drop-oldest', // the one that waits longest goes
  'drop-newest', // the one that comes goes
] as const

/** What a full mailbox does with one more message; see {@link mailboxOverflows}. */
export type MailboxOverflow = (typeof mailboxOverflows)[number]

/** How a mailbox is bounded. */
export interface MailboxOptions {
  /** Messages that may wait. @default 1000 */
  readonly limit: number
  /** @default 'block' */
  readonly overflow: MailboxOverflow
}

/** A message that waits for room in a mailbox. */
interface Blocked<T> {
  readonly item: T
  accept(): void
  refuse(error: SignalboxError): void
}

/** What waits for an actor, in order and bounded. */
export class Mailbox<T> {
  readonly #items = new Queue<T>()
  /** Made when it is needed: few mailboxes are ever full. */
  #blocked: Queue<Blocked<T>> | undefined
  #closed: SignalboxError | undefined

  /**
   * @param dropped is told of each message that the overflow policy drops
   * @throws SignalboxError `CONFIG_INVALID` for a limit that lets nothing through
   */
  constructor(
    private readonly owner: string,
    private readonly options: MailboxOptions,
    private readonly dropped: (item: T, why: SignalboxError) => void,
  ) {
    if (options.limit >= 1) return
    const why = `a mailbox of ${options.limit} messages takes none; give a limit of at least 1`
    throw new SignalboxError('CONFIG_INVALID', `${owner}: ${why}`)
  }

  get size(): number {
    return this.#items.size
  }

  /** Takes a message now; false when it is full and its policy is to block or to reject, or when it is closed. */
  offer(item: T): boolean {
    if (this.#closed !== undefined) return false
    if (this.#items.size >= this.options.limit) {
      const { overflow } = this.options
      if (overflow === 'block' || overflow === 'reject') return false
      this.#makeRoom(item)
      return true
    }
    this.#items.push(item)
    return true
  }

  /**
   * Takes a message, now or when there is room.
   * @returns nothing when it was taken at once, else a promise
   * @throws SignalboxError `MAILBOX_FULL` under the policy `reject`; the reason of the close afterwards
   */
  put(item: T): void | Promise<void> {
    if (this.#closed !== undefined) throw this.#closed
    if (this.offer(item)) return
    if (this.options.overflow === 'reject') throw this.#full('refused')
    this.#blocked ??= new Queue()
    const blocked = this.#blocked
    return new Promise<void>((accept, refuse) => blocked.push({ item, accept, refuse }))
  }

  /** The oldest message, which makes room for one that is blocked. */
  take(): T | undefined {
    const item = this.#items.shift()
    const next = this.#blocked === undefined || item === undefined ? undefined : this.#blocked.shift()
    if (next !== undefined) {
      this.#items.push(next.item)
      next.accept()
    }
    return item
  }

  /** Refuses what is blocked and all that comes, and hands over what was accepted. */
  close(why: SignalboxError): T[] {
    this.#closed ??= why
    const left = [...this.#items]
    this.#items.clear()
    for (const { refuse } of this.#blocked ?? []) refuse(why)
    this.#blocked = undefined
    return left
  }

  #makeRoom(item: T): void {
    if (this.options.overflow === 'drop-newest') {
      this.dropped(item, this.#full('dropped as the newest'))
      return
    }
    const oldest = this.#items.shift()
    this.#items.push(item)
    if (oldest !== undefined) this.dropped(oldest, this.#full('dropped as the oldest'))
  }

  #full(fate: string): SignalboxError {
    return new SignalboxError(
      'MAILBOX_FULL',
      `the mailbox of ${this.owner} holds its limit of ${this.options.limit}: a message was ${fate}`,
    )
  }
}
