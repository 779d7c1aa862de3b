import { dirname, relative, resolve } from 'node:path'
import { SignalboxError } from '../../core/contracts/index.js'
import { defaultCacheFolder } from '../../native/cache-folder.js'
import { defaultRuntimeFolder } from '../../native/runtime-folder.js'
import { builtinTransports } from '../builtin-transports.js'
import type { Config, ConfigInput } from './config.js'
import { readEnvironment } from './environment.js'
import { type Fault, faultsOf, writePath } from './faults.js'
import { findConfigFile, readConfigFile } from './file.js'
import { merge } from './merge.js'
import { optionsOf } from './options.js'
import { configSchema } from './schema.js'

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions {
  /** Where the search for a file begins. @default process.cwd() */
  readonly cwd?: string
  /** The file, instead of a search; false for none. A relative path is relative to `cwd`. */
  readonly file?: string | false
  /** What counts more than the file and the environment. @default {} */
  readonly overrides?: ConfigInput
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv
  /** The names of the transports that are installed. @default those that come with Signalbox */
  readonly transports?: readonly string[]
  /**
   * The transports that a node listens on which was not told, before those that it prefers.
   * @default memory, named-pipe and shared-memory
   */
  readonly usual?: readonly string[]
}

/** They cost nothing until somebody comes, and are never noticed by the user. */
export const usualTransports: readonly string[] = ['memory', 'named-pipe', 'shared-memory']

/** A part of the configuration, and how messages call it. */
interface Source {
  readonly input: unknown
  readonly nameOf: (fault: Fault) => string
}

/**
 * The configuration of a node: overrides in code, then the environment, then the file, then defaults.
 * @throws SignalboxError `CONFIG_INVALID` that lists every fault, one a line, with where it stands
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  const cwd = resolve(options.cwd ?? '.')
  const env = options.env ?? process.env
  const transports = options.transports ?? builtinTransports().map(({ name }) => name)
  const schema = configSchema({
    transports,
    usual: options.usual ?? usualTransports,
    resolveFolder: path => (path === undefined ? defaultRuntimeFolder(env) : resolve(cwd, path)),
    resolveCache: path => (path === undefined ? defaultCacheFolder(env) : resolve(cwd, path)),
  })
  const known = optionsOf(schema)

  const file = await configFile(cwd, options.file)
  const environment = readEnvironment(env, known)
  const sources: Source[] = [
    ...(file === undefined ? [] : [fileSource(file.content, file.path, cwd)]),
    {
      input: environment.input,
      nameOf: ({ path }) => environment.variableOf(path) ?? `environment: ${writePath(path)}`,
    },
    { input: options.overrides ?? {}, nameOf: ({ path }) => join('overrides', path) },
  ]
  const faults = sources.flatMap(({ input, nameOf }) =>
    faultsOf(input, schema, known).map(fault => `${nameOf(fault)}: ${fault.what}`),
  )
  faults.push(...environment.faults)
  if (faults.length > 0) throw new SignalboxError('CONFIG_INVALID', faults.join('\n'))
  return schema.parse(sources.map(({ input }) => input).reduce(merge, {}))
}

function configFile(cwd: string, file: string | false | undefined) {
  if (file === false) return undefined
  return file === undefined ? findConfigFile(cwd) : readConfigFile(resolve(cwd, file))
}

function fileSource(content: unknown, path: string, cwd: string): Source {
  const near = relative(cwd, path)
  const name = near.startsWith('..') ? path : near
  return { input: withAbsoluteFolders(content, dirname(path)), nameOf: fault => join(name, fault.path) }
}

/** In a file, a relative folder is relative to that file. */
function withAbsoluteFolders(content: unknown, folder: string): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content
  const absolute: Record<string, unknown> = { ...content }
  for (const option of ['runtimeFolder', 'cacheFolder']) {
    const path = absolute[option]
    if (typeof path === 'string' && path !== '') absolute[option] = resolve(folder, path)
  }
  return absolute
}

function join(source: string, path: readonly PropertyKey[]): string {
  return path.length === 0 ? source : `${source}: ${writePath(path)}`
}
