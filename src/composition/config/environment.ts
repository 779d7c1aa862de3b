import { didYouMean } from '../../core/node/nearest-name.js'
import type { Option } from './options.js'

const PREFIX = 'SIGNALBOX_'
/** Short names of options that are set by hand more often than others. */
const SHORT: Readonly<Record<string, string>> = {
  SIGNALBOX_LOG: 'SIGNALBOX_LOG_LEVEL',
  SIGNALBOX_RUNTIME_DIR: 'SIGNALBOX_RUNTIME_FOLDER',
}
/** Variables of the project's own tests, and the one that tells a process who started it. */
const FOREIGN = /^SIGNALBOX_(STORM(_|$)|SEED$|STARTED_BY$)/

/** What the environment says about the configuration. */
export interface EnvironmentConfig {
  readonly input: Record<string, unknown>
  /** Variables that name no option, in words. */
  readonly faults: readonly string[]
  /** The variable that set an option. */
  variableOf(path: readonly PropertyKey[]): string | undefined
}

/**
 * Reads the options that are set by variables. An option's variable is `SIGNALBOX_` and its path in
 * upper case, such as `SIGNALBOX_LINK_MAX_FRAME`; `SIGNALBOX_LOG` and `SIGNALBOX_RUNTIME_DIR` are short
 * for `..._LOG_LEVEL` and `..._RUNTIME_FOLDER`. Lists are written `a,b`, records `name=value,name=value`.
 * An empty variable counts as unset.
 */
export function readEnvironment(env: NodeJS.ProcessEnv, options: readonly Option[]): EnvironmentConfig {
  const known = new Map(options.map(option => [variableFor(option), option]))
  const input: Record<string, unknown> = {}
  const faults: string[] = []
  const setBy = new Map<string, string>()
  for (const [variable, text] of Object.entries(env)) {
    const name = process.platform === 'win32' ? variable.toUpperCase() : variable
    if (!name.startsWith(PREFIX) || FOREIGN.test(name) || !text) continue
    const option = known.get(SHORT[name] ?? name)
    if (option === undefined) {
      faults.push(
        `${name}: there is no such option${didYouMean(name, [...known.keys(), ...Object.keys(SHORT)])}`,
      )
      continue
    }
    assign(input, option.path, parsed(text, option))
    setBy.set(option.path.join('.'), name)
  }
  return {
    input,
    faults,
    variableOf: path => {
      const option = options.find(candidate => candidate.path.every((step, index) => path[index] === step))
      return option && setBy.get(option.path.join('.'))
    },
  }
}

/** The variable that sets an option: `SIGNALBOX_TRANSPORTS_ALLOW_REMOTE`. */
export function variableFor({ path }: Option): string {
  return PREFIX + path.map(step => step.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_')
}

/** What cannot be read as it should stays text, and the schema says what is wrong with it. */
function parsed(text: string, { kind }: Pick<Option, 'kind'>): unknown {
  switch (kind) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
    case 'flag':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
    case 'list':
      return listOf(text)
    case 'record':
      return Object.fromEntries(listOf(text).map(pair => splitAtEquals(pair)))
    case 'numbers':
      return Object.fromEntries(
        listOf(text).map(pair => {
          const [name, value] = splitAtEquals(pair)
          return [name, parsed(value, { kind: 'number' })]
        }),
      )
    case 'text':
      return text
  }
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

function splitAtEquals(pair: string): [string, string] {
  const at = pair.indexOf('=')
  return at === -1 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path
  if (rest.length === 0) {
    target[first] = value
    return
  }
  const inner = (target[first] ?? {}) as Record<string, unknown>
  target[first] = inner
  assign(inner, rest, value)
}
