import type { Capabilities } from '../../core/contracts/capabilities.js'

/** Whether the two ends are in two threads of one process: introduced there, and reaching no further. */
export function inThreads({ reach, rendezvous }: Capabilities): boolean {
  return reach === 'process' && rendezvous === 'introduced'
}

/** Whether the two ends are in two processes one of which introduces the other. */
export function inOneFamily({ reach, rendezvous }: Capabilities): boolean {
  return reach !== 'process' && rendezvous === 'introduced'
}
