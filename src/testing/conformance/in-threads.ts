import type { Capabilities } from '../../core/contracts/capabilities.js'

/** Whether the two ends are in two threads of one process: introduced there, and reaching no further. */
export function inThreads({ reach, rendezvous }: Capabilities): boolean {
  return reach === 'process' && rendezvous === 'introduced'
}
