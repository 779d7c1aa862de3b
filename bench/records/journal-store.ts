import { join } from 'node:path'
import { Journal, type JournalConsumer, type JournalWriter } from 'signalbox/transports/file-mapping'
import type { Script } from '../pair/payload.js'
import type { Receiver } from '../pair/receiver.js'
import type { RecordStore } from './record-store.js'

/** A journal as it comes: each record has a checksum, and survives the process when it is appended. */
export class JournalStore implements RecordStore {
  private constructor(
    private readonly journal: Journal,
    private readonly writer: JournalWriter,
    private readonly consumer: JournalConsumer,
  ) {}

  static async open(folder: string): Promise<JournalStore> {
    const journal = await Journal.open(join(folder, 'bench.journal'))
    return new JournalStore(journal, await journal.writer(), await journal.consumer('bench'))
  }

  async append(count: number, script: Script): Promise<void> {
    for (let n = 0; n < count; n++)
      if (this.writer.append(script.message(n) as Uint8Array) === 'full')
        throw new Error(`the journal has no room for record ${n}`)
  }

  async read(count: number, receiver: Receiver): Promise<void> {
    for (let n = 0; n < count; n++) {
      const record = this.consumer.read()
      if (record === undefined) throw new Error(`record ${n} is not there`)
      receiver.receive(record.bytes)
    }
    this.consumer.commit()
  }

  async close(): Promise<void> {
    this.journal.close()
  }
}
