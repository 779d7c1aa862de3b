// The thread that waits for kernel objects, and holds mutexes: Windows gives a mutex to a thread, and only that one can
// let go. It does nothing but that, and is blocked most of the time.
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { type Handle, kernel32, win32Failure } from './kernel32.js'

/** What the thread is started with. */
export interface WaitThreadStart {
  /** Orders come from here, and answers go there. */
  readonly port: MessagePort
  /** Is set after each order. */
  readonly wake: Handle
  /** Counts the mutexes that were released, for one who waits for that by Atomics. */
  readonly released: Int32Array
  /** How long it waits without looking whether it is to end, in ms. */
  readonly patience: number
}

/** What the thread is to do. An object's handle stays open until its wait is answered, and a mutex's until it is released. */
export type Order =
  | { readonly what: 'wait'; readonly id: number; readonly object: Handle; readonly isMutex: boolean }
  | { readonly what: 'give up' | 'release'; readonly id: number }
  | { readonly what: 'end' }

/** How a wait ended; exactly one for each. */
export interface Answer {
  readonly id: number
  readonly result: 'taken' | 'taken, abandoned' | 'given up'
}

type Wait = Extract<Order, { what: 'wait' }>

const WAIT_ABANDONED_0 = 0x80
const WAIT_TIMEOUT = 0x102
const HANDLE_BYTES = 8

const { port, wake, released, patience } = workerData as WaitThreadStart
const { WaitForMultipleObjects, ReleaseMutex } = kernel32()
const waits: Wait[] = []
const held = new Map<number, Handle>()

while (obeyed()) waitOnce()

/** @returns false when it is to end */
function obeyed(): boolean {
  for (;;) {
    const order: Order | undefined = receiveMessageOnPort(port)?.message
    if (order === undefined) return true
    if (order.what === 'end') return false
    if (order.what === 'wait') waits.push(order)
    else if (order.what === 'give up') giveUp(order.id)
    else release(order.id)
  }
}

function waitOnce(): void {
  const objects = [wake, ...waits.map(({ object }) => object)]
  const handles = Buffer.alloc(objects.length * HANDLE_BYTES)
  for (const [index, object] of objects.entries()) {
    handles.writeBigInt64LE(BigInt(object), index * HANDLE_BYTES)
  }
  const result = WaitForMultipleObjects(objects.length, handles, 0, patience)
  if (result === WAIT_TIMEOUT) return
  const abandoned = result >= WAIT_ABANDONED_0
  const index = abandoned ? result - WAIT_ABANDONED_0 : result
  if (index >= objects.length) throw win32Failure('WaitForMultipleObjects')
  for (const { id, object, isMutex } of waits.splice(index - 1, index === 0 ? 0 : 1)) {
    if (isMutex) held.set(id, object)
    answer({ id, result: abandoned ? 'taken, abandoned' : 'taken' })
  }
}

/** What was taken already was answered. */
function giveUp(id: number): void {
  const index = waits.findIndex(wait => wait.id === id)
  if (index === -1) return
  waits.splice(index, 1)
  answer({ id, result: 'given up' })
}

function release(id: number): void {
  const mutex = held.get(id)
  if (mutex !== undefined) ReleaseMutex(mutex)
  held.delete(id)
  Atomics.add(released, 0, 1)
  Atomics.notify(released, 0)
}

function answer(answer: Answer): void {
  port.postMessage(answer)
}
