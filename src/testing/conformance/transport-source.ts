import type { ConnectionTransport } from '../../core/contracts/transport.js'

/** Where another process, or thread, finds a transport. */
export interface TransportSource {
  /** What to import: a package's specifier that `signalbox` itself can resolve, or a `file:` URL. */
  readonly module: string
  /** The exported factory, called without arguments. */
  readonly factory: string
}

/** Imports the module and makes the transport. */
export async function loadTransport({ module, factory }: TransportSource): Promise<ConnectionTransport> {
  const exports = (await import(module)) as Record<string, (() => ConnectionTransport) | undefined>
  const create = exports[factory]
  if (create === undefined) throw new Error(`${module} does not export ${factory}`)
  return create()
}
