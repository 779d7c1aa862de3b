import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { wineEnvironment } from '../../scripts/setup/wine-prefix.mjs'

/** s; how long a server stays when the last Windows process has ended. */
const linger = 5
/** What a server says that found another one serving its prefix. */
const anotherServes = 2

/**
 * Wine's own server, which every Windows process of a prefix depends on. Wine would start one when it needs
 * it; started by us, its end is known. That counts when it crashes: of the processes that depend on it some
 * end, and some wait for ever. Version 8 does crash, rarely: when a pipe is closed at the moment in which a
 * flush of it returns on another thread, and node flushes on a thread of its own when a socket's side is ended.
 */
export class WineServer {
  static readonly #ofPrefix = new Map<string, WineServer>()

  /** The server of a prefix: a new one if the last has ended. */
  static for(prefix: string): WineServer {
    const present = WineServer.#ofPrefix.get(prefix)
    if (present !== undefined && !present.#hasEnded) return present
    const server = new WineServer(prefix)
    WineServer.#ofPrefix.set(prefix, server)
    return server
  }

  readonly #prefix: string
  readonly #process: ChildProcess
  #hasEnded = false
  #hasCrashed = false

  private constructor(prefix: string) {
    this.#prefix = prefix
    const options = ['--foreground', `--persistent=${linger}`]
    this.#process = spawn('wineserver', options, { stdio: 'ignore', env: wineEnvironment(prefix) })
    this.#process.unref()
    this.#process.on('error', () => {
      this.#hasEnded = true
    })
    this.#process.on('exit', (code, signal) => this.#onExit(code, signal))
  }

  /**
   * For one whose process has just ended: whether that was because the server had crashed. False also when
   * the prefix is served by a server that another run has started.
   */
  async hasCrashed(): Promise<boolean> {
    // The two ends may be reported in either order.
    if (!this.#hasEnded) await Promise.race([once(this.#process, 'exit'), sleep(500)])
    return this.#hasCrashed
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#hasEnded = true
    this.#hasCrashed = signal !== null || (code !== 0 && code !== anotherServes)
    if (this.#hasCrashed) endDependents(this.#prefix)
  }
}

/** Ends every Windows process of a prefix: without their server none of them can go on, and many would stay. */
function endDependents(prefix: string): void {
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || prefixOf(pid) !== prefix) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

/** The prefix in which a process runs under Wine; undefined when it does not. */
function prefixOf(pid: number): string | undefined {
  try {
    const isWindows = /\.exe\0|\\/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
    if (!isWindows) return undefined
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return environment.find(entry => entry.startsWith('WINEPREFIX='))?.slice('WINEPREFIX='.length)
  } catch {
    return undefined
  }
}
