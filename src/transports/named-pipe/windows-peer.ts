import type { PeerIdentity } from '../../core/contracts/index.js'
import { type Handle, kernel32 } from '../../native/win32/kernel32.js'
import { isTrustedSid, ownerSidOf, userSidOfProcess } from '../../native/win32/user-sid.js'

/**
 * Who opened this server's pipe, as far as the system tells: nobody may look at the processes of other users but
 * administrators, and none at those of other machines.
 * @param local whether the pipe refuses other machines, on which the pid would mean nothing
 * @param sole the user who is the only one whom the pipe admits, where there is one: then he is known all the same
 */
export function clientOf(pipe: Handle, local: boolean, sole?: string): PeerIdentity {
  const pid = local ? processIdBy(kernel32().GetNamedPipeClientProcessId, pipe) : undefined
  const id = (pid === undefined ? undefined : userSidOfProcess(pid)) ?? sole
  return { pid, user: id === undefined ? { by: 'none' } : { by: 'kernel', id } }
}

/** Whose pipe this client has opened: its owner's, which no other user can pretend to be. */
export function serverOf(pipe: Handle): PeerIdentity {
  const pid = processIdBy(kernel32().GetNamedPipeServerProcessId, pipe)
  const sid = ownerSidOf(pipe)
  return { pid, user: sid === undefined ? { by: 'none' } : { by: 'kernel', id: sid } }
}

/**
 * Whether that peer may talk with us: the same user, or one who could do anything anyway.
 * @param others SIDs of further users who may
 */
export function isTrusted({ user }: PeerIdentity, others: readonly string[] = []): boolean {
  return user.by === 'kernel' && (isTrustedSid(user.id) || others.includes(user.id))
}

function processIdBy(ask: (pipe: Handle, pid: Uint8Array) => number, pipe: Handle): number | undefined {
  const pid = Buffer.alloc(4)
  return ask(pipe, pid) ? pid.readUInt32LE() : undefined
}
