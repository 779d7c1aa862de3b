import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { makeSocketPair } from '../../native/posix/pipe.js'
import { type EndExchange, exchangeOverSocket, exchangeWithChild } from './end-exchange.js'
import { ProcessLine } from './process-line.js'
import { ORIGIN_VARIABLE, processTree } from './process-origin.js'

/** How a process is started: as by `child_process.spawn`, with each of its descriptors said. */
export interface IntroducedProcessOptions extends SpawnOptions {
  readonly stdio: Exclude<SpawnOptions['stdio'], string | undefined>
}

/** A process that is introduced by this one to others. */
export interface IntroducedProcess {
  readonly child: ChildProcess
  /** Undefined where it could not be started, which its `error` event explains. */
  readonly line: ProcessLine | undefined
}

/**
 * Starts a process that this one introduces to others; it finds the line between them by itself.
 * @throws SignalboxError `TRANSPORT_UNAVAILABLE`, `LIMIT_EXCEEDED`, `SYSTEM`; what `spawn` throws
 */
export function startIntroduced(
  command: string,
  args: readonly string[],
  options: IntroducedProcessOptions,
): IntroducedProcess {
  const place = options.stdio.length
  if (process.platform === 'win32') {
    const child = start(command, args, options, ['overlapped'], String(place))
    return introduced(child, place, child.pid === undefined ? undefined : exchangeWithChild(child.pid))
  }
  const [ours, theirs] = makeSocketPair()
  try {
    const child = start(command, args, options, ['pipe', theirs], `${place},${place + 1}`)
    if (child.pid !== undefined) return introduced(child, place, exchangeOverSocket(ours))
    closeSync(ours)
    return introduced(child, place, undefined)
  } catch (error) {
    closeSync(ours)
    throw error
  } finally {
    closeSync(theirs)
  }
}

function start(
  command: string,
  args: readonly string[],
  options: IntroducedProcessOptions,
  further: IntroducedProcessOptions['stdio'],
  origin: string,
): ChildProcess {
  return spawn(command, args, {
    ...options,
    stdio: [...options.stdio, ...further],
    env: { ...(options.env ?? process.env), [ORIGIN_VARIABLE]: origin },
  })
}

function introduced(
  child: ChildProcess,
  place: number,
  exchange: EndExchange | undefined,
): IntroducedProcess {
  if (exchange === undefined) return { child, line: undefined }
  const line = new ProcessLine(child.stdio[place] as unknown as Socket, exchange)
  processTree().lineOver(line.about('introductions'))
  return { child, line }
}
