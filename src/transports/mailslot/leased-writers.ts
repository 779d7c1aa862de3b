import type { Clock, Timer } from '../../core/contracts/index.js'
import { isGroup, type SlotPlace } from './mailslot-address.js'
import { MailslotWriter, type MailslotWriterOptions } from './mailslot-writer.js'

/**
 * ms that a writer stays open. A writer that stays open longer would keep a dead reader's name taken, and
 * not notice that what it writes goes nowhere.
 */
export const LEASE = 50

/** The writers of one endpoint, each open for a short while, so that a burst does not open one a message. */
export class LeasedWriters {
  readonly #open = new Map<string, { readonly writer: MailslotWriter; readonly expiry: Timer }>()

  constructor(
    private readonly clock: Clock,
    private readonly options: MailslotWriterOptions,
  ) {}

  /**
   * Writes a message to the slot, or to the group of slots.
   * @throws SignalboxError like {@link MailslotWriter.open} and {@link MailslotWriter.write}
   */
  write(place: SlotPlace, message: Uint8Array): 'sent' | 'full' {
    const open = this.#open.get(keyOf(place))
    return (open?.writer ?? this.#lease(place)).write(message)
  }

  close(): void {
    for (const key of [...this.#open.keys()]) this.#end(key)
  }

  #lease(place: SlotPlace): MailslotWriter {
    // Whose slots a group has, nobody can tell.
    const options = isGroup(place) ? { host: place.host } : this.options
    const writer = MailslotWriter.open(place.name, options)
    const key = keyOf(place)
    this.#open.set(key, { writer, expiry: this.clock.after(LEASE, () => this.#end(key)) })
    return writer
  }

  #end(key: string): void {
    const open = this.#open.get(key)
    this.#open.delete(key)
    open?.expiry.cancel()
    open?.writer.close()
  }
}

const keyOf = ({ host, name }: SlotPlace) => `${host}/${name}`
