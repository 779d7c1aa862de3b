import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Loader, lilconfig } from 'lilconfig'
import { reasonOf, SignalboxError } from '../../core/contracts/index.js'

/** A configuration file that was read. */
export interface ConfigFile {
  /** Its absolute path. */
  readonly path: string
  /** What it holds, unchecked. */
  readonly content: unknown
}

const NAME = 'signalbox.config'

/** What runs as a program: its default export is the configuration. */
const program: Loader = async path => {
  const { createJiti } = await import('jiti')
  // Neither cache: a program may change its file and load it again, and leaves nothing on the disk.
  return createJiti(import.meta.url, { fsCache: false, moduleCache: false }).import(path, { default: true })
}

const yaml: Loader = async (_path, text) => {
  const { parse } = await import('yaml')
  return parse(text)
}

const loaders: Record<string, Loader> = {
  '.ts': program,
  '.mts': program,
  '.js': program,
  '.mjs': program,
  '.cjs': program,
  '.json': (_path, text) => JSON.parse(text),
  '.yaml': yaml,
  '.yml': yaml,
}

/**
 * Reads `signalbox.config.{ts,mts,js,mjs,cjs,json,yaml,yml}` from `cwd` or the nearest folder above it,
 * up to the one with the package.json; without a package only from `cwd`, because a file of somebody
 * else further up would be executed.
 * @throws SignalboxError `CONFIG_INVALID` when the file cannot be read
 */
export function findConfigFile(cwd: string): Promise<ConfigFile | undefined> {
  return reading(`a configuration file in ${cwd}`, reader => reader.search(cwd), packageRoot(cwd))
}

/** Reads that file. @throws SignalboxError `CONFIG_INVALID` when it is not there or cannot be read */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  if (!existsSync(path)) {
    throw new SignalboxError(
      'CONFIG_INVALID',
      `${path}: there is no such file; check the path of the configuration`,
    )
  }
  const file = await reading(path, reader => reader.load(path), dirname(path))
  return file ?? { path, content: {} }
}

async function reading(
  what: string,
  read: (reader: ReturnType<typeof lilconfig>) => ReturnType<ReturnType<typeof lilconfig>['search']>,
  stopDir: string,
): Promise<ConfigFile | undefined> {
  let last = what // the file that is being read, for the message when it cannot be
  const named = Object.entries(loaders).map(([extension, load]): [string, Loader] => [
    extension,
    (path, text) => {
      last = path
      return load(path, text)
    },
  ])
  const searchPlaces = Object.keys(loaders).map(extension => NAME + extension)
  const reader = lilconfig('signalbox', {
    cache: false,
    stopDir,
    searchPlaces,
    loaders: Object.fromEntries(named),
  })
  try {
    const found = await read(reader)
    return found === null
      ? undefined
      : { path: found.filepath, content: found.isEmpty ? {} : (found.config ?? {}) }
  } catch (cause) {
    throw new SignalboxError('CONFIG_INVALID', `${last}: it cannot be read: ${reasonOf(cause)}`, { cause })
  }
}

function packageRoot(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) return resolve(cwd)
  }
}
