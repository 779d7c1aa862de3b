import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { aborted, reasonOf, SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import type { PipeEnds } from '../../transports/anonymous-pipe/index.js'
import type { WordChannel } from '../introduction/word-channel.js'
import type { Node } from '../node.js'
import { startIntroduced } from './introduced-process.js'
import { type ExitStatus, SpawnedNode, type Started } from './spawned-node.js'

/** What a standard stream of a process is: see `stdio` of `child_process.spawn`. */
export type StandardStream = 'inherit' | 'ignore' | 'pipe' | 'overlapped'

/** What {@link spawnNode} takes. */
export interface SpawnNodeOptions {
  /** The node of this process that the new one is linked with. */
  readonly parent: Node
  /** What the program finds in its `process.argv`. @default none */
  readonly args?: readonly string[]
  /** Options of Node itself, for a module. @default those of this process */
  readonly execArgv?: readonly string[]
  /** @default this process's */
  readonly cwd?: string
  /** What the program finds in its environment, beside what Signalbox puts there. @default this process's */
  readonly env?: NodeJS.ProcessEnv
  /** stdin, stdout and stderr. @default it has no input, and says what it says where this process does */
  readonly stdio?: readonly [StandardStream, StandardStream, StandardStream]
  /** Gives up the start when it fires, and ends the process; the promise rejects with `ABORTED`. */
  readonly signal?: AbortSignal
}

/** What is started: a module of JavaScript, or a command and its arguments. */
export type NodeProgram = string | URL | readonly [command: string, ...args: string[]]

/**
 * Starts a process whose program starts a node, and links the two over anonymous pipes: the program calls `startNode`, with the
 * namespace of the parent and a name of its own, and finds them by itself. Processes that were started by one another
 * are introduced in the same way, and then speak directly.
 *
 * The process alone does not keep this one alive. When it ends, however it does, what was on its way to it is `PEER_LOST` at once;
 * when this one ends, the other node closes.
 * @throws SignalboxError `PEER_LOST` where the process ends before its node runs; `SYSTEM` where it cannot be started; `ABORTED`;
 * `TRANSPORT_UNAVAILABLE`; why the two could not be linked
 * @example
 * await using clerk = await spawnNode(new URL('./clerk.js', import.meta.url), { parent: shop })
 */
export async function spawnNode(program: NodeProgram, options: SpawnNodeOptions): Promise<SpawnedNode> {
  const { parent, cwd, env, stdio = ['ignore', 'inherit', 'inherit'], signal } = options
  const [command, ...args] = commandFor(program, options)
  const what = `start ${command} ${args.join(' ')}`
  throwIfAborted(what, signal)
  const { child, line } = startIntroduced(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    stdio: [...stdio],
    windowsHide: true,
  })
  const failed = new Promise<Error>(resolve => child.on('error', resolve))
  if (line === undefined) {
    const cause = await failed
    throw new SignalboxError('SYSTEM', `${what}: ${reasonOf(cause)}`, { cause })
  }
  const exited = exitOf(child)
  const words = line.about('node')
  try {
    const name = await startedIn(words, exited, what, signal)
    await parent.connect(name)
    child.unref()
    return new SpawnedNode(name, child, exited, words)
  } catch (error) {
    child.kill('SIGKILL')
    await exited
    throw error
  }
}

function commandFor(program: NodeProgram, options: SpawnNodeOptions): readonly [string, ...string[]] {
  const { args = [], execArgv = process.execArgv } = options
  if (typeof program === 'string') return [process.execPath, ...execArgv, program, ...args]
  if (program instanceof URL) return [process.execPath, ...execArgv, fileURLToPath(program), ...args]
  return [...program, ...args]
}

function exitOf(child: ChildProcess): Promise<ExitStatus> {
  return new Promise(resolve => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0))
  })
}

function startedIn(
  line: WordChannel<PipeEnds>,
  exited: Promise<ExitStatus>,
  what: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const giveUp = () => signal && reject(aborted(what, signal))
    signal?.addEventListener('abort', giveUp, { once: true })
    line.hear(
      word => {
        signal?.removeEventListener('abort', giveUp)
        resolve((word as Started).started)
      },
      () => {},
    )
    void exited.then(status => {
      signal?.removeEventListener('abort', giveUp)
      const why = `its process ended with ${status} before it started a node; the program has to call startNode`
      reject(new SignalboxError('PEER_LOST', `${what}: ${why}`))
    })
  })
}
