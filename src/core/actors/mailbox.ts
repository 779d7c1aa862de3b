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

/** What can wait in a mailbox: they form a ring, so that an empty mailbox holds nothing. */
export interface Item<T> {
  /** Who waits behind it; the mailbox's own. */
  next: T | undefined
}

/** Whose mailbox it is. */
export interface MailboxOwner<T> {
  readonly path: string
  /** Is told of each message that the overflow policy drops. */
  dropped(item: T, why: SignalboxError): void
}

/** A message that waits for room in a mailbox. */
interface Blocked<T> {
  readonly item: T
  accept(): void
  refuse(error: SignalboxError): void
}

/** What waits for an actor, in order and bounded. */
export class Mailbox<T extends Item<T>> {
  /** The youngest; behind it stands the oldest again, so that one place leads to both ends. */
  #last: T | undefined
  #size = 0
  /** Made when it is needed: few mailboxes are ever full. */
  #blocked: Queue<Blocked<T>> | undefined
  /** Who waits for room, with nothing to put into it yet. */
  #roomWanted: (() => void)[] | undefined
  /** Says why it takes nothing more, when somebody is there to hear it. */
  #refusal: (() => SignalboxError) | undefined

  /** @throws SignalboxError `CONFIG_INVALID` for a limit that lets nothing through */
  constructor(
    private readonly owner: MailboxOwner<T>,
    private readonly options: MailboxOptions,
  ) {
    if (options.limit >= 1) return
    const why = `a mailbox of ${options.limit} messages takes none; give a limit of at least 1`
    throw new SignalboxError('CONFIG_INVALID', `${owner.path}: ${why}`)
  }

  get size(): number {
    return this.#size
  }

  /** Whether it takes nothing more. */
  get closed(): boolean {
    return this.#refusal !== undefined
  }

  /** Takes a message now; false when it is full and its policy is to block or to reject, or when it is closed. */
  offer(item: T): boolean {
    if (this.#refusal !== undefined) return false
    if (this.#size >= this.options.limit) {
      const { overflow } = this.options
      if (overflow === 'block' || overflow === 'reject') return false
      this.#makeRoom(item)
      return true
    }
    this.#push(item)
    return true
  }

  /**
   * Takes a message, now or when there is room.
   * @returns nothing when it was taken at once, else a promise
   * @throws SignalboxError `MAILBOX_FULL` under the policy `reject`; the reason of the close afterwards
   */
  put(item: T): void | Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal()
    if (this.offer(item)) return
    if (this.options.overflow === 'reject') throw this.#full('refused')
    this.#blocked ??= new Queue()
    const blocked = this.#blocked
    return new Promise<void>((accept, refuse) => blocked.push({ item, accept, refuse }))
  }

  /** Resolves when half of it is empty again, or it is closed; at once while it has room. */
  room(): Promise<void> {
    if (this.#refusal !== undefined || this.#size < this.options.limit) return Promise.resolve()
    this.#roomWanted ??= []
    const wanted = this.#roomWanted
    return new Promise(resolve => wanted.push(resolve))
  }

  /** The oldest message, which makes room for one that is blocked. */
  take(): T | undefined {
    const item = this.#shift()
    const next = this.#blocked === undefined || item === undefined ? undefined : this.#blocked.shift()
    if (next !== undefined) {
      this.#push(next.item)
      next.accept()
    }
    if (this.#roomWanted !== undefined && 2 * this.#size <= this.options.limit) this.#endWaitForRoom()
    return item
  }

  /**
   * Refuses what is blocked and all that comes, and hands over what was accepted.
   * @param refusal makes the reason: most mailboxes are closed when nobody is there to hear it, and an error is dear
   */
  close(refusal: () => SignalboxError): T[] {
    this.#refusal ??= refusal
    const left: T[] = []
    for (let item = this.#shift(); item !== undefined; item = this.#shift()) left.push(item)
    for (const { refuse } of this.#blocked ?? []) refuse(this.#refusal())
    this.#blocked = undefined
    this.#endWaitForRoom()
    return left
  }

  #push(item: T): void {
    item.next = this.#last?.next ?? item
    if (this.#last !== undefined) this.#last.next = item
    this.#last = item
    this.#size++
  }

  #shift(): T | undefined {
    const last = this.#last
    const first = last?.next
    if (last === undefined || first === undefined) return undefined
    if (first === last) this.#last = undefined
    else last.next = first.next
    first.next = undefined // one that lives on must not keep all that came after it
    this.#size--
    return first
  }

  #endWaitForRoom(): void {
    const wanted = this.#roomWanted ?? []
    this.#roomWanted = undefined
    for (const resolve of wanted) resolve()
  }

  #makeRoom(item: T): void {
    if (this.options.overflow === 'drop-newest') {
      this.owner.dropped(item, this.#full('dropped as the newest'))
      return
    }
    const oldest = this.#shift()
    this.#push(item)
    if (oldest !== undefined) this.owner.dropped(oldest, this.#full('dropped as the oldest'))
  }

  #full(fate: string): SignalboxError {
    return new SignalboxError(
      'MAILBOX_FULL',
      `the mailbox of ${this.owner.path} holds its limit of ${this.options.limit}: a message was ${fate}`,
    )
  }
}
