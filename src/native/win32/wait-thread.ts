import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { isMainThread, MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { SignalboxError } from '../../core/contracts/index.js'
import { holdEventLoop } from '../event-loop-hold.js'
import type { MutexLock } from '../synchronisation/named-objects.js'
import { duplicateOf } from './duplicate-handle.js'
import { type Handle, kernel32, NO_HANDLE, win32Failure } from './kernel32.js'
import type { NamedObject } from './named-object.js'
import type { Answer, Order, WaitThreadStart } from './wait-thread-program.js'

/** WaitForMultipleObjects takes 64, of which one wakes the thread. */
const MOST = 63
const FOREVER = 0xffffffff
/** ms. What a thread started ends with it when it next looks up, and one that is terminated cannot wake it. */
const WHILE_IN_A_THREAD = 1000
/** ms. A release takes microseconds. */
const FOREVER_ENOUGH = 10_000

interface Wait {
  readonly id: number
  /** Of this wait alone. */
  readonly object: Handle
  readonly path: string
  /** Of what is not held; a mutex has none. */
  readonly giveBack: ((object: Handle) => unknown) | undefined
  readonly taken: (abandoned: boolean) => void
  readonly failed: (error: unknown) => void
  givenUp: boolean
}

/**
 * A thread that waits for mutexes, semaphores and events, one for each thread of JS from its first wait on. Registered
 * waits would do without, but nobody can hold a mutex by one, and one that is cancelled may have taken what it waited for
 * without telling (seen with Wine 8).
 */
export class WaitThread {
  static #current: WaitThread | undefined

  readonly #port: MessagePort
  readonly #wake: Handle
  readonly #released = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  /** By full names: the wait that the thread was asked for, or the holder of a mutex, then those whose turn is later. */
  readonly #lines = new Map<string, Wait[]>()
  readonly #asked = new Map<number, Wait>()
  #last = 0

  private constructor() {
    const wake = kernel32().CreateEventW(null, 0, 0, null)
    if (wake === NO_HANDLE) throw win32Failure('CreateEventW')
    this.#wake = wake
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const start: WaitThreadStart = {
      port: port2,
      wake,
      released: this.#released,
      patience: isMainThread ? FOREVER : WHILE_IN_A_THREAD,
    }
    const thread = new Worker(program(), { workerData: start, transferList: [port2], execArgv: [] })
    thread.on('error', error => this.#fail(error))
    thread.unref()
    port1.on('message', (answer: Answer) => this.#answered(answer))
    port1.unref()
    // It is blocked in a call of the system, where nothing but this ends it: the process would wait for it.
    process.once('exit', () => this.#tell({ what: 'end' }))
  }

  /** That of this thread of JS. @throws SignalboxError `SYSTEM` */
  static ofThisThread(): WaitThread {
    WaitThread.#current ??= new WaitThread()
    return WaitThread.#current
  }

  /**
   * Waits for a semaphore or an event, and takes what it gives. Its handle may be closed at any time.
   * @param giveBack puts back what was taken at the very moment when the caller gave up
   * @throws the reason of `signal` when it fires; SignalboxError `LIMIT_EXCEEDED`, `SYSTEM`
   */
  async take(object: NamedObject, signal: AbortSignal, giveBack: (object: Handle) => unknown): Promise<void> {
    await this.#wait(object, signal, giveBack)
  }

  /**
   * Waits for a mutex, and holds it in the thread. Its handle may be closed at any time.
   * @throws the reason of `signal` when it fires; SignalboxError `LIMIT_EXCEEDED`, `SYSTEM`
   */
  async hold(mutex: NamedObject, signal: AbortSignal): Promise<MutexLock> {
    const { wait, abandoned } = await this.#wait(mutex, signal, undefined)
    const release = () => {
      this.#letGo(wait)
      this.#next(wait)
    }
    return { abandoned, release }
  }

  async #wait(
    { object, path }: NamedObject,
    signal: AbortSignal,
    giveBack: Wait['giveBack'],
  ): Promise<{ wait: Wait; abandoned: boolean }> {
    signal.throwIfAborted()
    const line = this.#lines.get(path) ?? []
    if (line.length === 0 && this.#lines.size >= MOST) throw tooMany(path)
    const letLoopGo = holdEventLoop()
    let giveUp: () => void = () => {}
    try {
      return await new Promise((resolve, failed) => {
        const taken = (abandoned: boolean) => resolve({ wait, abandoned })
        const id = ++this.#last
        const wait: Wait = { id, object: duplicateOf(object), path, giveBack, taken, failed, givenUp: false }
        giveUp = () => {
          this.#giveUp(wait)
          failed(signal.reason)
        }
        signal.addEventListener('abort', giveUp, { once: true })
        this.#lines.set(path, line)
        line.push(wait)
        if (line.length === 1) this.#ask(wait)
      })
    } finally {
      signal.removeEventListener('abort', giveUp)
      letLoopGo()
    }
  }

  #ask(wait: Wait): void {
    this.#asked.set(wait.id, wait)
    const { id, object, giveBack } = wait
    this.#tell({ what: 'wait', id, object, isMutex: giveBack === undefined })
  }

  #tell(order: Order): void {
    this.#port.postMessage(order)
    kernel32().SetEvent(this.#wake)
  }

  #giveUp(wait: Wait): void {
    wait.givenUp = true
    if (this.#asked.has(wait.id)) {
      this.#tell({ what: 'give up', id: wait.id })
      return
    }
    const line = this.#lines.get(wait.path)
    line?.splice(line.indexOf(wait), 1)
    kernel32().CloseHandle(wait.object)
  }

  #answered({ id, result }: Answer): void {
    const wait = this.#asked.get(id)
    if (wait === undefined) return
    this.#asked.delete(id)
    if (result !== 'given up') {
      if (wait.givenUp) this.#giveBack(wait)
      else wait.taken(result === 'taken, abandoned')
      const isHeld = wait.giveBack === undefined && !wait.givenUp
      if (isHeld) return
    }
    this.#next(wait)
  }

  #giveBack(wait: Wait): void {
    if (wait.giveBack === undefined) this.#letGo(wait)
    else wait.giveBack(wait.object)
  }

  /** A mutex is free when this returns. */
  #letGo({ id, path }: Wait): void {
    const before = Atomics.load(this.#released, 0)
    this.#tell({ what: 'release', id })
    if (Atomics.wait(this.#released, 0, before, FOREVER_ENOUGH) !== 'timed-out') return
    throw new SignalboxError('SYSTEM', `mutex ${path} was not released: the thread that holds it hangs`)
  }

  /** It is the turn of the next in line, after `wait`, which was the first. */
  #next({ path, object }: Wait): void {
    kernel32().CloseHandle(object)
    const line = this.#lines.get(path) ?? []
    line.shift()
    const [next] = line
    if (next === undefined) this.#lines.delete(path)
    else this.#ask(next)
  }

  #fail(error: unknown): void {
    if (WaitThread.#current === this) WaitThread.#current = undefined
    for (const wait of [...this.#lines.values()].flat()) wait.failed(error)
  }
}

/** The compiled one: a thread runs in plain node, also when what starts it is run from its TypeScript source. */
function program(): URL {
  const entry = createRequire(import.meta.url).resolve('signalbox/synchronisation')
  return new URL('../win32/wait-thread-program.js', pathToFileURL(entry))
}

function tooMany(path: string): SignalboxError {
  const why = `this thread waits for ${MOST} others already, and Windows waits for no more at once`
  return new SignalboxError('LIMIT_EXCEEDED', `waiting for ${path}: ${why}`)
}
