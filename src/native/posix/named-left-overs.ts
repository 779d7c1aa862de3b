import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LeftOver } from '../../core/contracts/index.js'
import type { Unused, Use } from './named-file.js'
import { useOfMutex } from './named-mutex.js'
import { SYNC_FOLDER } from './named-path.js'
import { BELL_SUFFIX, useOfWords } from './named-words.js'

const KIND = /[.](mutex|semaphore|event)$/

/**
 * The files of mutexes, semaphores and events that no living process has open. Who closes one last removes it; who is killed
 * or exits does not. They are in nobody's way, because whoever opens the name next begins anew; but a name that is not
 * used again keeps them for ever.
 */
export function synchronisationLeftOvers(runtimeFolder: string): LeftOver[] {
  const folder = join(runtimeFolder, SYNC_FOLDER)
  const names = namesIn(folder).map(name =>
    name.endsWith(BELL_SUFFIX) ? name.slice(0, -BELL_SUFFIX.length) : name,
  )
  return [...new Set(names)].flatMap(name => leftOverAt(join(folder, name)))
}

function leftOverAt(path: string): LeftOver[] {
  const kind = KIND.exec(path)?.[1]
  if (kind === undefined || !isOf(kind, path)) return []
  const use = kind === 'mutex' ? useOfMutex : useOfWords
  return leftOver(kind, path, whenUnused => use(path, whenUnused))
}

function leftOver(kind: string, name: string, use: (whenUnused: Unused) => Use): LeftOver[] {
  const thing = { kind, name, of: 'processes that have ended' }
  switch (use('tell')) {
    case 'in use':
      return []
    case 'abandoned': {
      const because = 'its next owner has to hear that the last one did not let go'
      return [{ ...thing, whose: 'the next user', because }]
    }
    case 'none':
      return [{ ...thing, whose: 'this user', remove: async () => use('remove') === 'none' }]
  }
}

/** Something else that has such a name is somebody's own. Of words, the bell may be there alone. */
function isOf(kind: string, path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (kind === 'mutex') return stats?.isFIFO() === true
  return stats?.isFile() ?? true
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // nobody has made one here
  }
}
