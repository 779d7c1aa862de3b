import { userInfo } from 'node:os'
import type { PeerIdentity } from '../core/contracts/index.js'

/** Who this process is, as the kernel says: the identity of a peer within the same process. */
export function ownIdentity(): PeerIdentity {
  const id = String(process.getuid?.() ?? userInfo().username)
  return { pid: process.pid, user: { by: 'kernel', id } }
}
