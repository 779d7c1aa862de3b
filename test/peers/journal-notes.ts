import { FileMapping, type JournalRecord } from 'signalbox/transports/file-mapping'

/** Records that can be noted. */
const MOST = 8 * 1024 * 1024

/** Bytes that tell by themselves whether they are whole. */
export function stampedRecord(life: number, number: number): Buffer {
  const mixed = Math.imul((life + 1) * 0x9e3779b1, number + 1) >>> 0
  const bytes = Buffer.alloc(8 + (mixed % 700), mixed)
  bytes.writeUInt32LE(life, 0)
  bytes.writeUInt32LE(number, 4)
  return bytes
}

/** What was taken and delivered, by the records' numbers, in a file that outlives those who are killed. */
export class JournalNotes {
  readonly #file: FileMapping
  readonly #taken: Uint8Array
  readonly #delivered: Uint8Array
  #last = 0
  /** How many records were taken, and delivered damaged, by all lives together. */
  readonly #counts: Int32Array

  private constructor(file: FileMapping) {
    this.#file = file
    this.#counts = new Int32Array(file.buffer, 0, 4)
    this.#taken = new Uint8Array(file.buffer, 16, MOST)
    this.#delivered = new Uint8Array(file.buffer, 16 + MOST, MOST)
  }

  static create(path: string): JournalNotes {
    return new JournalNotes(FileMapping.create(path, 16 + 2 * MOST))
  }

  static open(path: string): JournalNotes {
    return new JournalNotes(FileMapping.open(path))
  }

  taken(sequence: number): void {
    this.#last = sequence
    this.#taken[sequence] = 1
    Atomics.add(this.#counts, 0, 1)
  }

  delivered({ sequence, bytes }: JournalRecord): void {
    const read = Buffer.from(bytes)
    const isWhole = read.length >= 8 && read.equals(stampedRecord(read.readUInt32LE(0), read.readUInt32LE(4)))
    if (!isWhole) Atomics.add(this.#counts, 1, 1)
    this.#delivered[sequence] = Math.min(255, (this.#delivered[sequence] ?? 0) + 1)
    Atomics.add(this.#counts, 2, 1)
  }

  /** Whether no more can be noted. */
  get isFull(): boolean {
    return this.#last >= MOST - 1
  }

  get takenCount(): number {
    return Atomics.load(this.#counts, 0)
  }

  get deliveredCount(): number {
    return Atomics.load(this.#counts, 2)
  }

  /** What is wrong with all that was noted. */
  faults(): { lost: number[]; repeated: number; damaged: number } {
    const lost: number[] = []
    let repeated = 0
    for (let sequence = 1; sequence < MOST; sequence += 1) {
      const times = this.#delivered[sequence] ?? 0
      if (this.#taken[sequence] === 1 && times === 0) lost.push(sequence)
      repeated += Math.max(0, times - 1)
    }
    return { lost, repeated, damaged: Atomics.load(this.#counts, 1) }
  }

  close(): void {
    this.#file.unmap()
  }
}
