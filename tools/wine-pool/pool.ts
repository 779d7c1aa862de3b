import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node'
import { wineEnvironment } from '../../scripts/setup/wine-prefix.mjs'
import { heartbeat, openChannel } from './channel.mjs'
import { WineServer } from './wine-server.js'

const workerFile = join(import.meta.dirname, 'worker.mjs')
/** ms; a cold Wine prefix on a busy machine starts in a few seconds. */
const startTimeout = 60_000
/** ms; a worker ends by itself when its socket closes, unless a test keeps its thread. */
const stopTimeout = 3_000
/** ms; a worker whose event loop turns says something every five seconds, whatever its tests wait for. */
const silence = 100_000
/** How often a file may be run when Wine's server crashes under it. */
const maxRuns = 3

export interface WineOptions {
  /** Path of the Windows node.exe. */
  readonly node: string
  /** Folder of the Wine prefix. It may be shared with other runs: nothing here ends its wineserver. */
  readonly prefix: string
}

/**
 * A vitest pool whose workers are the Windows node.exe under Wine. Vite stays on this side; a worker
 * fetches modules and reports results over TCP on the loopback address, because a Unix pipe as stdio
 * kills node.exe under Wine.
 */
export const winePool = (wine: WineOptions): PoolRunnerInitializer => ({
  name: 'wine',
  createPoolWorker: options => new WineWorker(options, wine),
})

class WineWorker implements PoolWorker {
  readonly name = 'wine'
  readonly #events = new EventEmitter()
  readonly #options: PoolOptions
  readonly #wine: WineOptions
  readonly #output = new OutputFile()
  #running: Running | undefined
  /** What vitest told it first, and what it does now: what a process that takes its place has to be told. */
  #start: WorkerRequest | undefined
  #task: Task | undefined

  constructor(options: PoolOptions, wine: WineOptions) {
    this.#options = options
    this.#wine = wine
    // vitest listens once for each test file.
    this.#events.setMaxListeners(0)
  }

  // biome-ignore lint/suspicious/noExplicitAny: vitest's own signature
  on(event: string, callback: (argument: any) => void): void {
    this.#events.on(event, callback)
  }

  // biome-ignore lint/suspicious/noExplicitAny: vitest's own signature
  off(event: string, callback: (argument: any) => void): void {
    this.#events.off(event, callback)
  }

  deserialize(message: unknown): unknown {
    return message
  }

  send(message: WorkerRequest): void {
    // vitest also sends its answers to the worker's calls, which are no requests.
    if (message.type === 'start') this.#start = message
    if (message.type === 'run') this.#task = { request: message, runs: 1 }
    this.#running?.post(message)
  }

  async start(): Promise<void> {
    if (this.#running === undefined) await this.#launch(message => this.#onMessage(message))
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (!running) return
    this.#running = undefined
    if (running.process.exitCode === null && running.process.signalCode === null) {
      const exited = once(running.process, 'exit')
      const killer = setTimeout(() => running.process.kill('SIGKILL'), stopTimeout)
      running.socket.destroy()
      await exited
      clearTimeout(killer)
    }
    this.#print()
  }

  async #launch(onMessage: (message: WorkerMessage) => void): Promise<void> {
    const wineServer = WineServer.for(this.#wine.prefix)
    const server = net.createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const child = this.#spawn((server.address() as net.AddressInfo).port)
    const watch = new ProcessWatch(child)
    try {
      const socket = await this.#connectionOf(child, server)
      const post = openChannel(socket, message => {
        watch.hasSpoken()
        if (message !== heartbeat) onMessage(message)
      })
      // A lost socket shows as the exit of the process, which is reported.
      socket.on('error', () => {})
      this.#running = { process: child, socket, post }
    } finally {
      server.close()
    }
    child.on('exit', code => void this.#onExit(code, watch.end, wineServer))
  }

  #spawn(port: number): ChildProcess {
    const output = this.#output.open()
    try {
      return spawn('wine', [this.#wine.node, workerFile, String(port)], {
        stdio: ['ignore', output, output],
        env: wineEnvironment(this.#wine.prefix, this.#options.env),
      })
    } finally {
      closeSync(output)
    }
  }

  async #connectionOf(child: ChildProcess, server: net.Server): Promise<net.Socket> {
    const deadline = AbortSignal.timeout(startTimeout)
    const connected = once(server, 'connection', { signal: deadline })
    const ended = once(child, 'exit', { signal: deadline }).then(([code]) => {
      throw new Error(`it ended with exit code ${code}`)
    })
    try {
      const [socket] = await Promise.race([connected, ended])
      ended.catch(() => {})
      return socket as net.Socket
    } catch (cause) {
      connected.catch(() => {})
      child.kill('SIGKILL')
      throw new Error(`The Windows node.exe did not start under Wine. ${this.#output.takeTail()}`, { cause })
    }
  }

  #onMessage(message: WorkerMessage): void {
    if (message.type === 'testfileFinished') this.#task = undefined
    this.#events.emit('message', message)
  }

  /** While tests run, an exit is a crash: a test that calls process.exit is caught by vitest. */
  async #onExit(code: number | null, how: string, wineServer: WineServer): Promise<void> {
    if (!this.#running) return
    this.#running = undefined
    const { config, vitest } = this.#options.project
    const files = this.#task?.request.context.files ?? []
    const what = files.map(file => relative(config.root, file.filepath)).join(', ') || 'nothing'
    if (await wineServer.hasCrashed()) {
      vitest.logger.error(`Wine's server crashed while node.exe ran ${what}.`)
      if (await this.#runAgain()) return
    }
    vitest.logger.error(`node.exe under Wine ${how} (exit code ${code}) while it ran ${what}.`)
    vitest.logger.error(this.#output.takeTail())
    // Not 'error': after that one vitest would give its next file to this worker, and wait for ever.
    this.#events.emit('exit', code)
  }

  /**
   * Lets another process do from its beginning what the last one did: no test is to blame when Wine's
   * server crashes. False when it has been tried often enough.
   */
  async #runAgain(): Promise<boolean> {
    const task = this.#task
    if (this.#start === undefined || (task !== undefined && task.runs === maxRuns)) return false
    let started = false
    try {
      await this.#launch(message => {
        const isFirst = !started && message.type === 'started'
        if (!isFirst) return this.#onMessage(message)
        started = true
        if (task !== undefined) this.#running?.post(task.request)
      })
    } catch (error) {
      this.#options.project.vitest.logger.error(error)
      return false
    }
    if (task !== undefined) task.runs++
    this.#running?.post(this.#start)
    return true
  }

  #print(): void {
    const text = this.#output.takeAll()
    if (text) this.#options.project.vitest.logger.outputStream.write(text)
  }
}

interface Running {
  readonly process: ChildProcess
  readonly socket: net.Socket
  readonly post: (message: unknown) => void
}

interface Task {
  readonly request: Extract<WorkerRequest, { type: 'run' }>
  runs: number
}

/** Responses have a type; calls of vitest's functions have none. */
interface WorkerMessage {
  readonly type?: string
}

/** Ends a process that is past doing so itself, so that its end is reported. */
class ProcessWatch {
  readonly #process: ChildProcess
  readonly #looking: NodeJS.Timeout
  #heard = performance.now()
  #wasZombie = false
  /** How the process ended, for people. */
  end = 'ended'

  constructor(process: ChildProcess) {
    this.#process = process
    this.#looking = setInterval(() => this.#look(), 1_000).unref()
    process.on('exit', () => clearInterval(this.#looking))
  }

  hasSpoken(): void {
    this.#heard = performance.now()
  }

  #look(): void {
    // A Windows process that an exception ended may leave threads behind on the Linux side, and is then
    // never reported as ended: its first thread is a zombie, for good.
    const isZombie = stateOf(this.#process.pid) === 'Z'
    const isSilent = performance.now() - this.#heard > silence
    if (isSilent) this.end = `stood still for ${silence / 1000} s and was ended`
    if (isSilent || (isZombie && this.#wasZombie)) this.#process.kill('SIGKILL')
    this.#wasZombie = isZombie
  }
}

/** The kernel's letter for a process's state, the field after the parenthesised name. */
function stateOf(pid: number | undefined): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  } catch {
    return undefined
  }
}

/** Where a worker's stdout and stderr go: a file, for want of pipes. */
class OutputFile {
  readonly #folder = join(tmpdir(), `signalbox-wine-${randomUUID()}`)
  readonly #path = join(this.#folder, 'output.txt')

  /** Empty at first; the caller closes the descriptor. */
  open(): number {
    mkdirSync(this.#folder, { recursive: true })
    return openSync(this.#path, 'w')
  }

  /** The whole text; the file is removed. */
  takeAll(): string {
    const text = readFileSync(this.#path, 'utf8')
    rmSync(this.#folder, { recursive: true, force: true })
    return text
  }

  takeTail(): string {
    return this.takeAll().slice(-4_000).trim()
  }
}
