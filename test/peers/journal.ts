// One who writes or reads a journal in a process of its own:
//   node journal.js count <path> <count>         appends the numbers from 0 on, and waits whenever there is no room
//   node journal.js write <path> <notes> <life>  appends stamped records for ever, and notes each that was taken
//   node journal.js read <path> <notes>          reads as 'billing' for ever, and notes each that was delivered

import { Journal } from 'signalbox/transports/file-mapping'
import { JournalNotes, stampedRecord } from './journal-notes.js'

const [how, path = '', ...rest] = process.argv.slice(2)
const journal = await Journal.open(path)

if (how === 'count') await count(Number(rest[0]))
else if (how === 'write') await write(rest[0] ?? '', Number(rest[1]))
else await read(rest[0] ?? '')

async function count(end: number): Promise<void> {
  const writer = await journal.writer()
  for (let number = 0; number < end; number += 1) {
    const bytes = Buffer.alloc(4 + (number % 300))
    bytes.writeUInt32BE(number)
    while (writer.append(bytes) === 'full') await writer.room(bytes.length)
  }
  journal.close()
  process.disconnect()
}

async function write(notesPath: string, life: number): Promise<void> {
  const notes = JournalNotes.open(notesPath)
  const writer = await journal.writer()
  for (let number = 0; ; number += 1) {
    const bytes = stampedRecord(life, number)
    const sequence = writer.append(bytes)
    if (sequence !== 'full') notes.taken(sequence)
    else await writer.room(bytes.length)
    if (notes.isFull) return
  }
}

async function read(notesPath: string): Promise<void> {
  const notes = JournalNotes.open(notesPath)
  for await (const record of await journal.consumer('billing')) notes.delivered(record)
}
