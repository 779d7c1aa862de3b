import type { Stats } from 'node:fs'
import { lstat, mkdir, stat } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { reasonOf, SignalboxError } from '../core/contracts/index.js'

/**
 * Where this user's sockets, locks and other names are, as an absolute path:
 * `$SIGNALBOX_RUNTIME_DIR`, else on Windows `%LOCALAPPDATA%\signalbox\run`, elsewhere
 * `$XDG_RUNTIME_DIR/signalbox`, else `signalbox-<uid>` in the folder for temporary files.
 * All processes that are to find each other must agree on it.
 */
export function defaultRuntimeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['SIGNALBOX_RUNTIME_DIR']
  if (chosen) return resolve(chosen)
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local'), 'signalbox', 'run')
  }
  const session = environment['XDG_RUNTIME_DIR']
  return session ? resolve(session, 'signalbox') : join(tmpdir(), `signalbox-${userId()}`)
}

/**
 * Makes a folder that only this user may enter, or checks that the existing one is such a folder.
 * On Windows the user's profile gives that privacy, and only the folder's existence is ensured.
 * @throws SignalboxError `ACCESS_DENIED` that says what is wrong with the folder and how to mend it.
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  const [link, folder] = await makeAndInspect(path)
  if (!folder.isDirectory()) throw refusal(path, 'it is not a folder; remove it')
  if (process.platform === 'win32') return
  // Its own link is this user's choice; somebody else's would lead to a place of his choice.
  if (link.isSymbolicLink() && !isOwnOrRoots(link)) {
    throw refusal(path, `it is a link that user ${link.uid} made; remove it`)
  }
  if (folder.uid !== userId()) {
    throw refusal(path, `it belongs to user ${folder.uid}; choose another with SIGNALBOX_RUNTIME_DIR`)
  }
  if ((folder.mode & 0o077) !== 0) {
    const mode = (folder.mode & 0o777).toString(8)
    throw refusal(path, `others may enter it (mode ${mode}); run chmod 700 on it`)
  }
}

/** What is at `path` itself, and what it leads to. */
async function makeAndInspect(path: string): Promise<[Stats, Stats]> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    return [await lstat(path), await stat(path)]
  } catch (cause) {
    throw refusal(path, `it cannot be made or read (${reasonOf(cause)})`, cause)
  }
}

const isOwnOrRoots = ({ uid }: Stats) => uid === userId() || uid === 0

/** The user whose rights count when files are made. */
function userId(): number {
  return process.geteuid?.() ?? 0
}

function refusal(path: string, why: string, cause?: unknown): SignalboxError {
  return new SignalboxError('ACCESS_DENIED', `runtime folder ${path}: ${why}`, { cause })
}
