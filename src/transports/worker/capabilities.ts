import type { Capabilities } from '../../core/contracts/index.js'

/**
 * What a connection between two threads can do. Its identity is the kernel's: the peer's process is this one.
 * A thread that does not read lets its port hold whatever is sent, so that only the link's credit bounds it.
 */
export const capabilities: Capabilities = Object.freeze({
  reach: 'process',
  delivery: 'reliable',
  ordered: true,
  direction: 'duplex',
  group: 'none',
  maxFrame: Number.POSITIVE_INFINITY,
  boundaries: 'message',
  flowControl: 'none',
  rendezvous: 'introduced',
  connectProves: 'listener',
  close: 'mechanism',
  names: 'exclusive',
  identity: 'kernel',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms: Object.freeze(['linux', 'darwin', 'win32', 'freebsd', 'openbsd', 'sunos', 'aix'] as const),
})
