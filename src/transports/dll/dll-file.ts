import { randomBytes } from 'node:crypto'
import { lstat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSignalboxError, reasonOf, SignalboxError } from '../../core/contracts/index.js'
import { ensurePrivateFolder } from '../../native/runtime-folder.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  NO_HANDLE,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { rightsOf } from '../../native/win32/object-rights.js'
import { isTrustedSid } from '../../native/win32/user-sid.js'

const GENERIC_READ = 0x80000000
const READ_CONTROL = 0x20000
const FILE_SHARE_READ = 1
const FILE_SHARE_ALL = 7
const OPEN_EXISTING = 3
const FILE_FLAG_BACKUP_SEMANTICS = 0x02000000
const FILE_FLAG_OPEN_REPARSE_POINT = 0x00200000

/**
 * Makes a library in a folder that only this user may write to, or checks that the one there is the same, and runs `use`
 * while nobody can change or replace it. Nothing is loaded that somebody else could have planted: folder and file must
 * belong to this user, nobody else may write to them, and the content must be ours to the last byte.
 * @throws SignalboxError `ACCESS_DENIED` that says what is wrong and how to mend it; `SYSTEM`; what `use` throws
 */
export async function withVerifiedFile<T>(
  folder: string,
  fileName: string,
  content: Uint8Array,
  use: (path: string) => T,
): Promise<T> {
  const path = join(folder, fileName)
  await ensurePrivateFolder(folder)
  await refuseLink(folder)
  const place = openToVerify(folder, READ_CONTROL, FILE_SHARE_ALL)
  try {
    refuseStrangers(folder, place)
    await makeOnce(path, content)
    // Whoever shares this file for reading only keeps it from being written, removed or renamed.
    const file = openToVerify(path, GENERIC_READ + READ_CONTROL, FILE_SHARE_READ)
    try {
      await refuseLink(path)
      refuseStrangers(path, file)
      refuseOther(path, file, content)
      return use(path)
    } finally {
      kernel32().CloseHandle(file)
    }
  } finally {
    kernel32().CloseHandle(place)
  }
}

/** A library that is seen is whole, and it is never replaced: another file would be other memory. */
async function makeOnce(path: string, content: Uint8Array): Promise<void> {
  if (await exists(path)) return
  const draft = `${path}.${process.pid}.${randomBytes(8).toString('hex')}`
  try {
    await writeFile(draft, content, { flag: 'wx' })
    const { MoveFileExW } = kernel32()
    // Node's own would replace what another process made meanwhile.
    if (!MoveFileExW(draft, path, 0)) {
      const failure = win32Failure(`MoveFileExW to ${path}`)
      if (!(await exists(path))) throw failure
    }
  } catch (cause) {
    if (isSignalboxError(cause)) throw cause
    throw new SignalboxError('SYSTEM', `${path} cannot be made (${reasonOf(cause)})`, { cause })
  } finally {
    await unlink(draft).catch(() => {}) // mostly it is gone
  }
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  )

async function refuseLink(path: string): Promise<void> {
  if ((await lstat(path)).isSymbolicLink()) throw refusal(path, 'it is a link')
}

function openToVerify(path: string, access: number, share: number): Handle {
  const flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT
  const opened = kernel32().CreateFileW(path, access, share, null, OPEN_EXISTING, flags, NO_HANDLE)
  if (opened === INVALID_HANDLE) throw win32Failure(`CreateFileW of ${path}`)
  return opened
}

function refuseStrangers(path: string, object: Handle): void {
  const rights = rightsOf(object)
  if (rights?.owner === undefined) throw refusal(path, 'it does not tell whose it is')
  if (!isTrustedSid(rights.owner)) throw refusal(path, `it belongs to ${rights.owner}`)
  if (rights.writers === 'everybody') throw refusal(path, 'everybody may write to it')
  const stranger = rights.writers.find(sid => !isTrustedSid(sid))
  if (stranger !== undefined) throw refusal(path, `${stranger} may write to it`)
}

function refuseOther(path: string, file: Handle, content: Uint8Array): void {
  const found = Buffer.alloc(content.length + 1)
  const count = Buffer.alloc(4)
  if (!kernel32().ReadFile(file, found, found.length, count, null)) throw win32Failure(`ReadFile of ${path}`)
  if (found.subarray(0, count.readUInt32LE()).equals(content)) return
  throw refusal(path, 'it is not the library that belongs there')
}

function refusal(path: string, why: string): SignalboxError {
  const advice = 'end what uses it, remove it, and it is made anew; or choose another runtime folder'
  return new SignalboxError('ACCESS_DENIED', `${path} is not loaded: ${why}; ${advice}`)
}
