// The process of an entrant that appends records to a file, and reads them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerRounds, type Contestant } from '../contestant.js'
import { scriptOf } from '../pair/payload.js'
import { Receiver } from '../pair/receiver.js'
import { JournalStore } from './journal-store.js'
import { oneByOne, PlainStore, packed } from './plain-store.js'
import type { RecordStore } from './record-store.js'

const [work = '', name = ''] = process.argv.slice(2)

/** Records that are there before they are read: a journal of the usual size holds them. */
const BATCH = 8192

const stores: Readonly<Record<string, (folder: string) => RecordStore | Promise<RecordStore>>> = {
  journal: folder => JournalStore.open(folder),
  appendFile: folder => new PlainStore(folder, oneByOne),
  writev: folder => new PlainStore(folder, packed),
  'read stream': folder => new PlainStore(folder, packed),
}

await answerRounds(async (): Promise<Contestant> => {
  const open = stores[name]
  if (open === undefined) throw new Error(`there are no records by ${name}`)
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const store = await open(folder)
  const script = scriptOf({ kind: 'bytes', size: 64 })
  const receiver = new Receiver(script, false)
  return {
    /** Everything is appended and read, and only one of the two is timed. */
    async round(count) {
      const spent = { append: 0, read: 0 }
      for (let done = 0; done < count; done += BATCH) {
        const size = Math.min(BATCH, count - done)
        const begun = performance.now()
        await store.append(size, script)
        const appended = performance.now()
        receiver.begin(size)
        await store.read(size, receiver)
        await receiver.complete()
        spent.append += appended - begun
        spent.read += performance.now() - appended
      }
      return { count, time: work === 'read' ? spent.read : spent.append }
    },
    async close() {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
