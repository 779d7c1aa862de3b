import { builtinTransports } from '../../composition/builtin-transports.js'
import { reasonOf } from '../../core/contracts/index.js'
import { ensurePrivateFolder } from '../../native/runtime-folder.js'
import { foreign } from '../../native/system-library.js'
import type { Finding } from './finding.js'

/** Whether only this user may enter the runtime folder; it is made where there is none. */
export async function examineRuntimeFolder(path: string): Promise<Finding> {
  const about = 'runtime folder'
  try {
    await ensurePrivateFolder(path)
    return { about, name: path, state: 'ok', says: 'only this user may enter it' }
  } catch (error) {
    return { about, name: path, state: 'fault', says: reasonOf(error) }
  }
}

/** Whether native functions can be called. */
export function examineKoffi(): Finding {
  const about = 'native calls'
  try {
    return { about, name: `koffi ${foreign().version}`, state: 'ok', says: 'it is loaded' }
  } catch (error) {
    return { about, name: 'koffi', state: 'fault', says: reasonOf(error) }
  }
}

/** Which transports there are here, and why not. One that belongs to another system is no fault. */
export function examineTransports(): Promise<Finding[]> {
  return Promise.all(
    builtinTransports().map(async (transport): Promise<Finding> => {
      const { name } = transport
      const availability = await transport.availability()
      return availability.usable
        ? { about: 'transport', name, state: 'ok', says: 'it can be used' }
        : { about: 'transport', name, state: 'note', says: availability.reason }
    }),
  )
}
