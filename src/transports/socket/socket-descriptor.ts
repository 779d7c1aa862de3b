import type { Socket } from 'node:net'

/**
 * The file descriptor of an open socket; undefined once it is closed, on Windows, and where what is written to it
 * is not what travels (TLS). It may be another file's a moment after the socket closed, so nobody keeps it.
 *
 * Node has no public way to it; the field is there in every version since 0.10.
 */
export function descriptorOf(socket: Socket): number | undefined {
  // A pipe of Windows that was opened by its handle has one, too: what is written there overtakes the stream.
  if (process.platform === 'win32' || 'encrypted' in socket) return undefined
  const { _handle: handle } = socket as Socket & { _handle?: { readonly fd?: number } | null }
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined
}
