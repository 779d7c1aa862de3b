import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LeftOver, OwnLeftOver, ProcessTable } from '../../core/contracts/index.js'
import { processTable } from '../../native/process-table.js'
import { ownerOfSegment, ownSegmentName } from '../segment/segment-name.js'
import type { NamedSegment, SegmentSource } from '../segment/segment-source.js'
import { FileMapping } from './file-mapping.js'

/**
 * The files that connections of this user lie in, each under a name that tells whose it is, in a folder that nobody else
 * may enter. So what a killed process left is found, and removed by the next one, or by `signalbox doctor`.
 */
export class FileSegments implements SegmentSource {
  readonly #folder: string
  readonly #processes: ProcessTable

  constructor(runtimeFolder: string, processes: ProcessTable = processTable) {
    this.#folder = join(runtimeFolder, 'file-mapping')
    this.#processes = processes
  }

  create(bytes: number): NamedSegment {
    const name = ownSegmentName(this.#processes)
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    return new FileSegment(name, FileMapping.create(join(this.#folder, name), bytes))
  }

  open(name: string): NamedSegment {
    return new FileSegment(name, FileMapping.open(join(this.#folder, name)))
  }

  unlink(segment: NamedSegment): void {
    segment.unlink()
  }

  /** What processes that are gone have left behind. */
  leftOvers(): LeftOver[] {
    return this.#left()
  }

  async sweep(): Promise<void> {
    for (const leftOver of this.#left()) await leftOver.remove()
  }

  #left(): OwnLeftOver[] {
    return namesIn(this.#folder).flatMap((name): OwnLeftOver[] => {
      const owner = ownerOfSegment(name, this.#processes)
      if (owner === undefined || owner.lives) return []
      const path = join(this.#folder, name)
      const remove = async () => removed(path)
      const of = `process ${owner.pid}, which has ended`
      return [{ kind: 'file of memory', name: path, of, whose: 'this user', remove }]
    })
  }
}

/** A file of two processes. POSIX lets its name go while it is mapped; on Windows, that is up to who closes last. */
class FileSegment implements NamedSegment {
  readonly buffer: ArrayBuffer
  readonly #file: FileMapping
  #linked = true

  constructor(
    readonly name: string,
    file: FileMapping,
  ) {
    this.#file = file
    this.buffer = file.buffer
  }

  unlink(): void {
    if (this.#linked) this.#linked = !removed(this.#file.path)
  }

  close(): void {
    if (process.platform === 'win32') this.#file.unmap()
    else this.#file.close()
    this.unlink()
  }
}

/** Whether it is gone: Windows keeps what somebody has mapped. */
function removed(path: string): boolean {
  try {
    rmSync(path, { force: true })
    return true
  } catch {
    return false
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // nobody has made a file here
  }
}
