import type { Capabilities } from '../../core/contracts/index.js'

/** What a connection within one process can do. Its identity is the kernel's: the peer's process is this one. */
export const capabilities: Capabilities = Object.freeze({
  reach: 'process',
  delivery: 'reliable',
  ordered: true,
  direction: 'duplex',
  group: 'none',
  maxFrame: Number.POSITIVE_INFINITY,
  boundaries: 'message',
  flowControl: 'track',
  rendezvous: 'name',
  connectProves: 'listener',
  close: 'mechanism',
  names: 'exclusive',
  identity: 'kernel',
  persistent: false,
  userVisible: false,
  auto: true,
  platforms: Object.freeze(['linux', 'darwin', 'win32', 'freebsd', 'openbsd', 'sunos', 'aix'] as const),
})
