import type { Capabilities } from '../../core/contracts/capabilities.js'
import type { Excludes } from './conformance-case.js'
import { inThreads } from './in-threads.js'

/** Leaves a case out where the descriptor's `capability` has `value`. */
function where<K extends keyof Capabilities>(
  capability: K,
  value: Capabilities[K],
  because: string,
): Excludes {
  return capabilities => (capabilities[capability] === value ? { capability, because } : undefined)
}

/** Leaves a case out where both ends are in one thread. */
export const oneThread: Excludes = capabilities =>
  capabilities.reach === 'process' && !inThreads(capabilities)
    ? { capability: 'reach', because: 'both ends live and die in one process' }
    : undefined
export const beyondOneProcess: Excludes = ({ reach }) =>
  reach === 'process'
    ? undefined
    : { capability: 'reach', because: 'cases between two processes show that it reaches beyond one' }
export const lossy = where('delivery', 'lossy', 'frames may get lost, and the link repeats them')
export const unordered = where('ordered', false, 'frames may overtake each other, and the link sorts them')
export const oneWay = where('direction', 'simplex', 'frames go one way, and a second track makes the pair')
export const streams = where(
  'boundaries',
  'stream',
  'bytes arrive in pieces of any size, and the link frames them',
)
export const messages = where('boundaries', 'message', 'frames arrive whole, so there are no pieces')
export const unlimited = where('maxFrame', Number.POSITIVE_INFINITY, 'no frame is too large for it')
export const noFlowControl = where('flowControl', 'none', "only the link's credit slows a sender down")
export const connectProvesNothing = where(
  'connectProves',
  'nothing',
  'connecting does not show whether anybody listens',
)
export const exclusiveNames = where('names', 'exclusive', 'a name has one listener')
export const sharedNames = where('names', 'shared', 'several listeners may have one name')
export const heartbeatOnly = where('close', 'heartbeat', 'only silence shows that the peer is gone')

/** Leaves a case out where a listener has one connection at a time. */
export const oneAtATime: Excludes = (_, shape) =>
  shape === 'slot' ? { capability: 'shape', because: 'a slot carries one conversation at a time' } : undefined

/** Leaves a case out where nobody can be stopped from outside and go on later, as by SIGSTOP. */
export const unstoppable: Excludes = capabilities => {
  if (inThreads(capabilities))
    return { capability: 'reach', because: 'a thread cannot be stopped from outside' }
  return process.platform === 'win32'
    ? { capability: 'platforms', because: 'no process can be stopped from outside on win32' }
    : undefined
}
