import { randomBytes } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { SignalboxError } from '../core/contracts/index.js'
import { createWhole, readWhole } from '../core/node/shared-file.js'

/** Bytes of the secret. */
const LENGTH = 32

/**
 * What all nodes of this user on this machine know and nobody else: 32 random bytes in the file
 * `secret` of the runtime folder. The first process that asks makes them; all others get the same.
 * @param runtimeFolder a folder that only this user may enter
 * @throws SignalboxError `ACCESS_DENIED` when somebody else could know the secret; `SYSTEM`
 */
export async function userSecret(runtimeFolder: string): Promise<Uint8Array> {
  const path = join(runtimeFolder, 'secret')
  const present = await readSecret(path)
  if (present !== undefined) return present
  await createWhole(path, randomBytes(LENGTH)) // false: another process was faster, and its bytes count
  const made = await readSecret(path)
  if (made !== undefined) return made
  throw new SignalboxError('SYSTEM', `${path}: it was removed while it was being made; try again`)
}

async function readSecret(path: string): Promise<Uint8Array | undefined> {
  const bytes = await readWhole(path)
  if (bytes === undefined) return undefined
  await assertPrivate(path)
  if (bytes.length === LENGTH) return bytes
  throw new SignalboxError(
    'SYSTEM',
    `${path}: a secret is a plain file of ${LENGTH} bytes, and this is not; stop all nodes and remove it`,
  )
}

/** On Windows the folder gives the privacy. */
async function assertPrivate(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const { uid, mode } = await lstat(path)
  const refuse = (why: string) => {
    throw new SignalboxError(
      'ACCESS_DENIED',
      `${path}: ${why}, so others may know the secret; stop all nodes and remove it`,
    )
  }
  if (uid !== process.geteuid?.()) refuse(`it belongs to user ${uid}`)
  if ((mode & 0o077) !== 0) refuse(`its mode is ${(mode & 0o777).toString(8)} and not 600`)
}
