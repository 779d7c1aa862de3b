import { Journal, type JournalConsumer, type JournalPlace } from '../transports/file-mapping/index.js'
import type { FramePrinter } from './frame-printer.js'

/** The name under which the command reads where the address says none. */
const CONSUMER = 'signalbox'

/** A journal whose records are printed as they come. */
export interface FollowedJournal {
  /** Resolves when no more is printed; rejects for a damaged record. */
  readonly over: Promise<void>
  close(): Promise<void>
}

/**
 * Prints the records of a journal from where its consumer stopped, until there were enough. What was printed is not printed
 * again under that name.
 * @throws SignalboxError what opening a journal, and reading under a name, throws
 */
export async function followJournal(place: JournalPlace, printer: FramePrinter): Promise<FollowedJournal> {
  const journal = await Journal.open(place.path)
  try {
    const over = printRecords(await journal.consumer(place.consumer ?? CONSUMER), printer)
    return {
      over,
      close: async () => {
        journal.close()
        await over
      },
    }
  } catch (error) {
    journal.close()
    throw error
  }
}

/**
 * Appends each frame as a record, and waits for room. Resolves when all are in the journal, where they survive this process.
 * @throws SignalboxError `ADDRESS_IN_USE` while somebody else writes; `FRAME_TOO_LARGE`; what opening a journal throws
 */
export async function appendToJournal(place: JournalPlace, frames: AsyncIterable<Uint8Array>): Promise<void> {
  const journal = await Journal.open(place.path)
  try {
    const writer = await journal.writer()
    for await (const frame of frames) {
      while (writer.append(frame) === 'full') await writer.room(frame.length)
    }
  } finally {
    journal.close()
  }
}

async function printRecords(consumer: JournalConsumer, printer: FramePrinter): Promise<void> {
  while (!printer.hasEnough) {
    const record = await consumer.next()
    if (record === undefined) return // closed
    const drained = printer.print(record.bytes)
    consumer.commit()
    await drained?.catch(() => {}) // nobody reads the output any more; the listener ends because of it
  }
}
