import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const windows = process.platform === 'win32'

/**
 * What runs in a process or thread of its own: a file of `test/peers` or `examples`, or of `dist`, without its
 * ending. Under Windows it is a bundle, because there a program of many files takes Wine seconds to start.
 */
export function built(program: string): string {
  const folder = windows ? '.cache/bundled' : program.startsWith('dist/') ? '' : '.cache/build'
  return resolve(root, folder, `${program}.js`)
}
