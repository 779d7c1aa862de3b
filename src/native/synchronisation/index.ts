/**
 * Named synchronisation between processes of one machine, which shared memory and files lack: a right that one at a
 * time has, a number of permits, a sign. See docs/synchronisation.md.
 */
export { Event, type EventOptions } from './event.js'
export { Lock, Mutex } from './mutex.js'
export type { SynchronisationOptions } from './named.js'
export { Semaphore, type SemaphoreOptions } from './semaphore.js'
export type { WaitOptions } from './waits.js'
