import { join } from 'node:path'
import { SignalboxError } from '../../core/contracts/index.js'
import { defaultRuntimeFolder, ensurePrivateFolder } from '../runtime-folder.js'

/** Bytes of a name; the system takes 255 for a file, and what it is for comes behind. */
const LONGEST_NAME = 200

/** The folder of the runtime folder that all files of named objects are in. */
export const SYNC_FOLDER = 'sync'

/**
 * The file that stands for a named object of this user, in the folder `sync` of the runtime folder, which is made.
 * @param kind what comes behind the name: `mutex`
 * @throws SignalboxError `ADDRESS_INVALID`; `ACCESS_DENIED` when others may enter the folder; `TRANSPORT_UNAVAILABLE`
 */
export async function namedPath(name: string, kind: string, runtimeFolder?: string): Promise<string> {
  if (process.platform !== 'linux') {
    const why = `a named ${kind} needs Linux or Windows, and this is ${process.platform}; there, FIFOs neither have locks nor wait for their first writer`
    throw new SignalboxError('TRANSPORT_UNAVAILABLE', why)
  }
  if (name === '' || /[/\0]/.test(name) || Buffer.byteLength(name) > LONGEST_NAME) {
    const why = `is no name of a ${kind}: it needs 1 to ${LONGEST_NAME} bytes, and no slash`
    throw new SignalboxError('ADDRESS_INVALID', `${JSON.stringify(name)} ${why}`)
  }
  const root = runtimeFolder ?? defaultRuntimeFolder()
  await ensurePrivateFolder(root)
  const folder = join(root, SYNC_FOLDER)
  await ensurePrivateFolder(folder)
  return join(folder, `${name}.${kind}`)
}
