// A process that synchronises with others, told what to do over IPC; it answers each order when it is done:
//   { mutex | semaphore | event: name, call }    what the call returned
//   { mutex: name, add: count, memory: name }    when it has added that
//   { end: 'close' }                             closes everything: the process must end by itself, and with it a wait
//   { end: 'exit' }                              calls process.exit with everything as it is
import { Event, type Lock, Mutex, Semaphore } from 'signalbox/synchronisation'
import { SharedMemory } from 'signalbox/transports/shared-memory'

const [runtimeFolder = ''] = process.argv.slice(2)

type MutexOrder = { readonly mutex: string; readonly call: 'lock' | 'release' }
/** Adds 1 to the first integer of the memory, so often, without Atomics and under the mutex. */
type AddOrder = { readonly mutex: string; readonly add: number; readonly memory: string }
type SemaphoreOrder = { readonly semaphore: string; readonly call: 'acquire' | 'release' | 'open' }
type EventOrder = { readonly event: string; readonly call: 'wait' | 'set' | 'open' }
type EndOrder = { readonly end: 'close' | 'exit' }

export type Order = MutexOrder | AddOrder | SemaphoreOrder | EventOrder | EndOrder

/** That a wait has begun, and how an order ended. */
export type Report =
  | 'begun'
  | { readonly done?: { readonly abandoned?: boolean } | undefined }
  | { readonly failed: string }

const opened = new Map<string, Mutex | Semaphore | Event>()
const locks = new Map<string, Lock>()

process.on('message', (order: Order) => {
  if ('end' in order) return end(order.end)
  obey(order).then(
    done => tell({ done } as Report),
    error => tell({ failed: error.code ?? String(error) }),
  )
})

async function obey(order: Exclude<Order, EndOrder>): Promise<unknown> {
  if ('add' in order) return add(order)
  if ('mutex' in order) return callMutex(order)
  if ('semaphore' in order) return callSemaphore(order)
  return callEvent(order)
}

async function callMutex({ mutex: name, call }: MutexOrder): Promise<unknown> {
  if (call === 'release') return locks.get(name)?.release()
  const mutex = await openOnce(name, () => Mutex.open(name, { runtimeFolder }))
  const lock = await begun(mutex.lock())
  locks.set(name, lock)
  return { abandoned: lock.abandoned }
}

async function add({ mutex: name, add: count, memory: memoryName }: AddOrder): Promise<void> {
  using mutex = await Mutex.open(name, { runtimeFolder })
  using memory = SharedMemory.open(memoryName)
  const words = new Int32Array(memory.buffer)
  for (let left = count; left > 0; left -= 1) {
    using _ = await mutex.lock()
    words[0] = (words[0] ?? 0) + 1
  }
}

async function callSemaphore({ semaphore: name, call }: SemaphoreOrder): Promise<void> {
  const semaphore = await openOnce(name, () => Semaphore.open(name, { runtimeFolder }))
  if (call === 'acquire') await begun(semaphore.acquire())
  if (call === 'release') semaphore.release()
}

async function callEvent({ event: name, call }: EventOrder): Promise<void> {
  const event = await openOnce(name, () => Event.open(name, { runtimeFolder }))
  if (call === 'wait') await begun(event.wait())
  if (call === 'set') event.set()
}

async function openOnce<T extends Mutex | Semaphore | Event>(
  name: string,
  open: () => Promise<T>,
): Promise<T> {
  const known = opened.get(name) ?? (await open())
  opened.set(name, known)
  return known as T
}

function end(how: 'close' | 'exit'): void {
  if (how === 'exit') process.exit(0)
  for (const each of opened.values()) each.close()
  process.disconnect()
}

function begun<T>(wait: Promise<T>): Promise<T> {
  tell('begun')
  return wait
}

function tell(report: Report): void {
  if (process.connected) process.send?.(report)
}
