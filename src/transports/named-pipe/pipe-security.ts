import { SignalboxError } from '../../core/contracts/index.js'
import { privateSecurity, securityOf } from '../../native/win32/private-security.js'
import { currentUserSid, sidOfAccount } from '../../native/win32/user-sid.js'

/**
 * Who may open a pipe beside this user, who owns it: nobody, every user, some users or groups by name or SID, or
 * what a discretionary access list in SDDL says, such as `D:P(A;;GA;;;BA)`.
 */
export type PipeSecurity =
  | 'this-user'
  | 'everyone'
  | { readonly users: readonly string[] }
  | { readonly sddl: string }

/**
 * What clients need to read and write, and no more: FILE_GENERIC_READ, FILE_WRITE_DATA, FILE_WRITE_ATTRIBUTES and
 * FILE_WRITE_EA. GENERIC_WRITE would contain the right to make pipes of that name, and so to be taken for its server.
 */
const MAY_TALK = '0x12019b'
const EVERYONE = 'WD'
const SID = /^S-1-[\d-]+$/
/** Wine reads nonsense as an empty list. */
const ACCESS_LIST = /^D:[A-Z_]*(\(.+\))?$/

/**
 * SECURITY_ATTRIBUTES of a pipe.
 * @throws SignalboxError `CONFIG_INVALID` for users that there are not, and for what Windows cannot read
 */
export function pipeSecurity(path: string, security: PipeSecurity): Uint8Array {
  if (security === 'this-user') return privateSecurity()
  if (security === 'everyone') return admitting([EVERYONE])
  if ('users' in security) return admitting(security.users.map(user => sidOf(user, path)))
  const { sddl } = security
  const invalid = (why: string, cause?: unknown) =>
    new SignalboxError('CONFIG_INVALID', `${path}: the access list ${JSON.stringify(sddl)} ${why}`, { cause })
  // Another owner could not be told from a server of that name that was there before.
  if (!ACCESS_LIST.test(sddl)) throw invalid('must look like D:P(A;;GA;;;BA): the owner is this user')
  try {
    return securityOf(`O:${currentUserSid()}${sddl}`)
  } catch (cause) {
    throw invalid('is no SDDL that Windows can read', cause)
  }
}

function admitting(sids: readonly string[]): Uint8Array {
  const own = currentUserSid()
  const others = sids.map(sid => `(A;;${MAY_TALK};;;${sid})`)
  return securityOf(`O:${own}D:P(A;;GA;;;${own})${others.join('')}`)
}

/**
 * The SID of a user or group of this machine, by name or as it is.
 * @param what is to be opened to him, for messages
 * @throws SignalboxError `CONFIG_INVALID` where there is none of that name
 */
export function sidOf(user: string, what: string): string {
  const sid = SID.test(user) ? user : sidOfAccount(user)
  if (sid !== undefined) return sid
  throw new SignalboxError('CONFIG_INVALID', `${what}: there is no user or group ${user} on this machine`)
}
