import { systemLibrary } from '../system-library.js'
import type { Handle } from './kernel32.js'

/** The functions that node.exe exports from its libuv. */
export interface Libuv {
  /**
   * A file descriptor for `object`, which it owns from now on: closing the descriptor closes the handle.
   * -1 when it failed. Node takes only descriptors of this table: those of any other C runtime mean
   * something else to it.
   */
  uv_open_osfhandle(object: Handle): number
}

/** libuv as this process has it, bound with the first call; Windows only. */
export const libuv = systemLibrary<Libuv>(null, {
  uv_open_osfhandle: 'int uv_open_osfhandle(intptr object)',
})
