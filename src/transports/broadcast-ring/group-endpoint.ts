import { Subject } from 'rxjs'
import {
  type Address,
  type CloseReason,
  type Endpoint,
  type Packet,
  SignalboxError,
} from '../../core/contracts/index.js'
import type { Membership } from './membership.js'

/** One's own place in a group: what it sends, all others in the group hear, in this process and in others. */
export class GroupEndpoint implements Endpoint {
  readonly packets$ = new Subject<Packet>()
  readonly lent$ = new Subject<Packet>()
  readonly writable$ = new Subject<void>()
  readonly closed: Promise<CloseReason>
  readonly #origin: number
  #over = false
  #leaving: Promise<void> | undefined
  #resolveClosed: (reason: CloseReason) => void = () => {}

  /** @param left called once when it is over, to leave the group if it was the last of this process */
  constructor(
    readonly address: Address,
    private readonly membership: Membership,
    private readonly left: () => Promise<void>,
  ) {
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
    this.#origin = membership.add(({ bytes }) => {
      if (this.lent$.observed) this.lent$.next({ from: undefined, bytes })
      if (this.packets$.observed) this.packets$.next({ from: undefined, bytes: new Uint8Array(bytes) })
    })
    const room = membership.writable$.subscribe(() => this.writable$.next())
    void this.closed.then(() => room.unsubscribe())
    void membership.ended.then(reason => this.#end(reason))
  }

  send(bytes: Uint8Array, to: Address | 'all'): 'sent' | 'full' {
    if (to !== 'all') {
      const why = `${to.href}: everybody in a group hears what is sent there; send to 'all'`
      throw new SignalboxError('ADDRESS_INVALID', why)
    }
    return this.#over ? 'full' : this.membership.send(bytes, this.#origin)
  }

  async close(): Promise<void> {
    this.#end({ by: 'us' })
    await this.#leaving
  }

  #end(reason: CloseReason): void {
    if (this.#over) return
    this.#over = true
    this.membership.remove(this.#origin)
    this.#leaving = this.left()
    this.packets$.complete()
    this.lent$.complete()
    this.writable$.complete()
    this.#resolveClosed(reason)
  }
}
