import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node'
import { wineEnvironment } from '../../scripts/setup/wine-prefix.mjs'
import { openChannel } from './channel.mjs'

const workerFile = join(import.meta.dirname, 'worker.mjs')
/** ms; a cold Wine prefix on a busy machine starts in a few seconds. */
const startTimeout = 60_000
/** ms; a worker ends by itself when its socket closes, unless a test keeps its thread. */
const stopTimeout = 3_000

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
  #running: { process: ChildProcess; socket: net.Socket; post: (message: unknown) => void } | undefined
  #files: string[] = []

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
    if (message.type === 'run') this.#files = message.context.files.map(file => file.filepath)
    this.#running?.post(message)
  }

  async start(): Promise<void> {
    if (this.#running) return
    const server = net.createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const child = this.#spawn((server.address() as net.AddressInfo).port)
    try {
      const socket = await this.#connectionOf(child, server)
      const post = openChannel(socket, message => this.#events.emit('message', message))
      // A lost socket shows as the exit of the process, which is reported.
      socket.on('error', () => {})
      this.#running = { process: child, socket, post }
    } finally {
      server.close()
    }
    const watch = endHalfDead(child)
    child.on('exit', code => {
      clearInterval(watch)
      this.#onExit(code)
    })
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

  /** While tests run, an exit is a crash: a test that calls process.exit is caught by vitest. */
  #onExit(code: number | null): void {
    if (!this.#running) return
    this.#running = undefined
    const { config, vitest } = this.#options.project
    const files = this.#files.map(file => relative(config.root, file)).join(', ')
    vitest.logger.error(`node.exe under Wine ended (exit code ${code}) while it ran ${files}.`)
    vitest.logger.error(this.#output.takeTail())
    // Not 'error': after that one vitest would give its next file to this worker, and wait for ever.
    this.#events.emit('exit', code)
  }

  #print(): void {
    const text = this.#output.takeAll()
    if (text) this.#options.project.vitest.logger.outputStream.write(text)
  }
}

/**
 * A Windows process that an exception ended may leave threads behind on the Linux side, and is then
 * never reported as ended: its first thread is a zombie, for good.
 */
function endHalfDead(child: ChildProcess): NodeJS.Timeout {
  let seenAsZombie = false
  const look = () => {
    const isZombie = stateOf(child.pid) === 'Z'
    if (isZombie && seenAsZombie) child.kill('SIGKILL')
    seenAsZombie = isZombie
  }
  return setInterval(look, 1_000).unref()
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
  readonly #folder = mkdtempSync(join(tmpdir(), 'signalbox-wine-'))
  readonly #path = join(this.#folder, 'output.txt')

  /** The caller closes the descriptor. */
  open(): number {
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
