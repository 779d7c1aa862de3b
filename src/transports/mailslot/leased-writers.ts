import type { Clock, Timer } from '../../core/contracts/index.js'
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
   * Writes a message to the slot of that name.
   * @throws SignalboxError like {@link MailslotWriter.open} and {@link MailslotWriter.write}
   */
  write(name: string, message: Uint8Array): 'sent' | 'full' {
    const open = this.#open.get(name)
    return (open?.writer ?? this.#lease(name)).write(message)
  }

  close(): void {
    for (const name of [...this.#open.keys()]) this.#end(name)
  }

  #lease(name: string): MailslotWriter {
    const writer = MailslotWriter.open(name, this.options)
    this.#open.set(name, { writer, expiry: this.clock.after(LEASE, () => this.#end(name)) })
    return writer
  }

  #end(name: string): void {
    const open = this.#open.get(name)
    this.#open.delete(name)
    open?.expiry.cancel()
    open?.writer.close()
  }
}
