import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Where this user's programs keep what they could find out again, as an absolute path: on Windows
 * `%LOCALAPPDATA%\signalbox\cache`, elsewhere `$XDG_CACHE_HOME/signalbox`, else `.cache/signalbox` in the home folder.
 * Source: XDG Base Directory Specification.
 */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local'), 'signalbox', 'cache')
  }
  return resolve(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'signalbox')
}
