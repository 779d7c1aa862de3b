import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startIntroduced } from '../../composition/processes/introduced-process.js'
import { compiledEntry } from './compiled-entry.js'
import { latestOf } from './latest-of.js'
import type { OpenBody, PeerBody } from './peer-body.js'
import type { PeerReport } from './peer-protocol.js'
import type { TransportSource } from './transport-source.js'

/** A second process, told what to do over an IPC channel of its own. It is killed by SIGKILL or TerminateProcess. */
export const inProcess: OpenBody = (source, runtimeFolder, reported) =>
  bodyOf(spawn(process.execPath, argumentsFor(source, runtimeFolder), OPTIONS), reported)

/** A second process, which this one introduces to itself and to others. */
export const inIntroducedProcess: OpenBody = (source, runtimeFolder, reported) =>
  bodyOf(startIntroduced(process.execPath, argumentsFor(source, runtimeFolder), OPTIONS).child, reported)

const OPTIONS = {
  stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  serialization: 'advanced',
} satisfies SpawnOptions

function argumentsFor(source: TransportSource, runtimeFolder: string): string[] {
  return [fileURLToPath(compiledEntry('peer-main')), JSON.stringify(source), runtimeFolder]
}

function bodyOf(child: ChildProcess, reported: (report: PeerReport) => void): PeerBody {
  const { pid } = child
  if (pid === undefined) throw new Error('the peer process could not be started')
  const errors = latestOf(child.stderr)
  child.stdout?.resume()
  child.on('message', message => reported(message as PeerReport))
  return {
    name: `process ${pid}`,
    pid,
    get alive() {
      return child.connected
    },
    // `close` rather than `exit`: by then the last of stderr has been read.
    ended: once(child, 'close').then(([code, signal]) => ({ status: code ?? signal, errors: errors() })),
    // A failed write means that the process ended, which is reported with its cause.
    order: order => child.send(order, () => {}),
    kill: () => child.kill('SIGKILL'),
    signal: signal => child.kill(signal),
  }
}
