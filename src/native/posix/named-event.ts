import type { NamedEvent } from '../synchronisation/named-objects.js'
import { namedPath } from './named-path.js'
import { NamedWords } from './named-words.js'

const IS_SET = 0
const IS_MANUAL = 1

/**
 * A word in the file `<runtime folder>/sync/<name>.event`, and the bell `.event.bell` for those who wait.
 * @throws SignalboxError `ADDRESS_INVALID`, `ACCESS_DENIED`, `TRANSPORT_UNAVAILABLE`, `LIMIT_EXCEEDED`, `SYSTEM`
 */
export async function openNamedEvent(
  name: string,
  manual: boolean,
  isSet: boolean,
  runtimeFolder?: string,
): Promise<NamedEvent> {
  const path = await namedPath(name, 'event', runtimeFolder)
  const shared = NamedWords.open(path, [Number(isSet), Number(manual)])
  const { words, bell } = shared
  // Whoever opened it first has decided.
  const staysSet = Atomics.load(words, IS_MANUAL) !== 0
  const tryWait = staysSet
    ? () => Atomics.load(words, IS_SET) !== 0
    : () => Atomics.exchange(words, IS_SET, 0) !== 0
  return {
    set: () => void bell.ringAfter(() => Atomics.store(words, IS_SET, 1)),
    reset: () => void Atomics.store(words, IS_SET, 0),
    tryWait,
    async wait(signal) {
      if (!tryWait()) await bell.firstOf(() => tryWait() || undefined, signal)
    },
    close: () => shared.close(),
  }
}
