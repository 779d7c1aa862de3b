import type { NamedSemaphore } from '../synchronisation/named-objects.js'
import { namedPath } from './named-path.js'
import { NamedWords } from './named-words.js'

const COUNT = 0
const MAXIMUM = 1

/**
 * A count in the file `<runtime folder>/sync/<name>.semaphore`, and the bell `.semaphore.bell` for those who wait.
 * @throws SignalboxError `ADDRESS_INVALID`, `ACCESS_DENIED`, `TRANSPORT_UNAVAILABLE`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export async function openNamedSemaphore(
  name: string,
  count: number,
  maximum: number,
  runtimeFolder?: string,
): Promise<NamedSemaphore> {
  const path = await namedPath(name, 'semaphore', runtimeFolder)
  const shared = NamedWords.open(path, [count, maximum])
  const { words, bell } = shared
  const tryAcquire = () => add(words, -1)
  return {
    tryAcquire,
    async acquire(signal) {
      if (!tryAcquire()) await bell.firstOf(() => tryAcquire() || undefined, signal)
    },
    release: released => bell.ringAfter(() => add(words, released)),
    close: () => shared.close(),
  }
}

/** @returns false, and changes nothing, where the count would leave its bounds */
function add(words: Int32Array, change: number): boolean {
  const maximum = Atomics.load(words, MAXIMUM)
  for (;;) {
    const count = Atomics.load(words, COUNT)
    const next = count + change
    if (next < 0 || next > maximum) return false
    if (Atomics.compareExchange(words, COUNT, count, next) === count) return true
  }
}
