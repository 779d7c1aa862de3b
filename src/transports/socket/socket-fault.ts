import { type ErrorCode, reasonOf, SignalboxError } from '../../core/contracts/index.js'

/** The error code of the operating system, such as `ECONNRESET`, where `error` carries one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What broke an established connection, as one of our errors. */
export function socketFault(connection: string, cause: unknown): SignalboxError {
  const [code, why] = explain(cause)
  return new SignalboxError(code, `${connection}: ${why}`, { cause })
}

function explain(cause: unknown): [ErrorCode, string] {
  const code = systemCodeOf(cause)
  switch (code) {
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
    case 'EOF':
      return ['CLOSED', `the peer vanished (${code}); what it did not read is lost`]
    case 'ETIMEDOUT':
      return [
        'PEER_SILENT',
        'the peer does not answer keep-alive probes (ETIMEDOUT); its machine or the way to it is gone',
      ]
    default:
      return ['SYSTEM', `the connection broke (${reasonOf(cause)})`]
  }
}
