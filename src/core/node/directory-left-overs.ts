import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LeftOver, ProcessTable } from '../contracts/index.js'
import { ENTRY_SUFFIX, readEntry } from './directory-entry.js'
import { CLAIM_SUFFIX, OwnedFiles, type Owner, ownerIn } from './owned-file.js'
import { drafterOf, readWhole, removeWhole } from './shared-file.js'

/**
 * What processes that are gone left in the runtime folder: entries of their nodes, in all namespaces, claims, and files
 * that they had begun to write. The directory itself counts none of it, and removes what it comes across.
 */
export async function directoryLeftOvers(
  runtimeFolder: string,
  processes: ProcessTable,
): Promise<LeftOver[]> {
  const nodes = join(runtimeFolder, 'nodes')
  const folders = [runtimeFolder, ...(await namesIn(nodes)).map(namespace => join(nodes, namespace))]
  const files = new OwnedFiles(processes)
  const found = await Promise.all(folders.map(folder => leftOversIn(folder, files, processes)))
  return found.flat()
}

async function leftOversIn(folder: string, files: OwnedFiles, processes: ProcessTable): Promise<LeftOver[]> {
  const found: LeftOver[] = []
  for (const file of await namesIn(folder)) {
    const path = join(folder, file)
    const drafter = drafterOf(file)
    if (drafter !== undefined && processes.incarnationOf(drafter) === undefined) {
      found.push(leftOver('unfinished file', path, drafter, () => removeWhole(path)))
    }
    const kind = kindOf(file)
    if (kind === undefined) continue
    const owner = await ownerOf(path)
    if (owner !== undefined && !files.lives(owner)) {
      found.push(leftOver(kind, path, owner.pid, () => files.sweep(path)))
    }
  }
  return found
}

/** The process that a file names as its owner: a file that names none is not ours to remove. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  const bytes = await readWhole(path)
  if (bytes === undefined || (path.endsWith(ENTRY_SUFFIX) && typeof readEntry(bytes) === 'string'))
    return undefined
  return ownerIn(bytes)
}

function leftOver(kind: string, name: string, pid: number, sweep: () => Promise<void>): LeftOver {
  const remove = async () => {
    await sweep()
    return true
  }
  return { kind, name, of: `process ${pid}, which has ended`, whose: 'this user', remove }
}

function kindOf(file: string): string | undefined {
  if (file.endsWith(ENTRY_SUFFIX)) return 'entry of a node'
  return file.endsWith(CLAIM_SUFFIX) ? 'claim to a file' : undefined
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    return [] // no node was ever announced, or it is a file
  }
}
