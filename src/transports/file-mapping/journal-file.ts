import { randomBytes } from 'node:crypto'
import { linkSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isSignalboxError, reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { processTable } from '../../native/process-table.js'
import { FileMapping } from './file-mapping.js'
import { type JournalShape, journalBytes, writeHead } from './journal-layout.js'

/**
 * Opens the file of a journal, and makes it before where there is none. It gets its name when it is whole, so that nobody ever
 * sees half of a head.
 * @throws SignalboxError like `FileMapping.open` and `FileMapping.create`
 */
export function openJournalFile(path: string, shape: Omit<JournalShape, 'seed'>): FileMapping {
  try {
    return FileMapping.open(path)
  } catch (error) {
    if (!isSignalboxError(error, 'NO_LISTENER')) throw error
  }
  sweepDrafts(path)
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.draft`
  const file = FileMapping.create(draft, journalBytes({ ...shape, seed: 0 }))
  try {
    writeHead(file.bytes, { ...shape, seed: randomBytes(4).readUInt32LE() })
    file.unmap()
    publish(draft, path)
  } finally {
    file.unmap()
    rmSync(draft, { force: true })
  }
  return FileMapping.open(path)
}

/** Gives it its name, unless another process was quicker: then there is one, which is just as good. */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return
    throw new SignalboxError('SYSTEM', `cannot make the journal ${path}: ${reasonOf(cause)}`, { cause })
  }
}

/** Removes what processes left that were killed while they made this very journal. */
function sweepDrafts(path: string): void {
  const prefix = `${basename(path)}.`
  for (const name of namesIn(dirname(path))) {
    const [, pid] = /^(\d+)\.[0-9a-f]{8}\.draft$/.exec(name.slice(prefix.length)) ?? []
    if (!name.startsWith(prefix) || pid === undefined) continue
    if (processTable.incarnationOf(Number(pid)) === undefined)
      rmSync(join(dirname(path), name), { force: true })
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // making the file tells what is wrong with it
  }
}
