import { createReadStream } from 'node:fs'
import { appendFile, open, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Script } from '../pair/payload.js'
import type { Receiver } from '../pair/receiver.js'
import { FrameSplitter, PREFIX } from '../peers/length-prefixed.js'
import type { RecordStore } from './record-store.js'

/** Records of one `writev`. */
const PACK = 512

/** Writes records 0 to `count - 1` behind what is in a file. */
type Append = (path: string, count: number, record: (n: number) => Buffer) => Promise<void>

/** As most programs keep a log: one call a record. */
export const oneByOne: Append = async (path, count, record) => {
  for (let n = 0; n < count; n++) await appendFile(path, record(n))
}

/** As a careful program does: many records a call, of a file that stays open. */
export const packed: Append = async (path, count, record) => {
  const file = await open(path, 'a')
  for (let n = 0; n < count; n += PACK) {
    const length = Math.min(PACK, count - n)
    await file.writev(Array.from({ length }, (_, at) => record(n + at)))
  }
  await file.close()
}

/** A plain file, a length before each record: nothing tells a torn one, and nobody's place is kept. */
export class PlainStore implements RecordStore {
  readonly #path: string

  constructor(
    folder: string,
    private readonly appended: Append,
  ) {
    this.#path = join(folder, 'bench.records')
  }

  append(count: number, script: Script): Promise<void> {
    return this.appended(this.#path, count, n => prefixed(script.message(n) as Uint8Array))
  }

  async read(_count: number, receiver: Receiver): Promise<void> {
    const splitter = new FrameSplitter(record => void receiver.receive(record))
    for await (const chunk of createReadStream(this.#path)) splitter.push(chunk as Buffer)
    await truncate(this.#path)
  }

  async close(): Promise<void> {}
}

function prefixed(record: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX + record.length)
  bytes.writeUInt32LE(record.length)
  bytes.set(record, PREFIX)
  return bytes
}
