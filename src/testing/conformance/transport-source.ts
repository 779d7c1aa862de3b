import type { AnyTransport, ConnectionTransport } from '../../core/contracts/transport.js'
import { completed, introduced } from '../../core/tracks/index.js'
import type { Driven } from './over.js'

/** Where another process, or thread, finds an exported function. */
export interface FunctionSource {
  /** What to import: a package's specifier that `signalbox` itself can resolve, or a `file:` URL. */
  readonly module: string
  /** The name under which the module exports it. */
  readonly factory: string
}

/** Where another process, or thread, finds a transport: its factory is called without arguments. */
export interface TransportSource extends FunctionSource {
  /** Where it finds the target's `completes`, when that is given; called with the transport. */
  readonly completes?: FunctionSource
}

/** Adds what a mechanism lacks to carry a link: a pair of directions, connections, turns. */
export type Completion = (transport: AnyTransport) => ConnectionTransport

/** Imports the module and makes the transport, in the forms that cases drive. */
export async function loadTransport(source: TransportSource): Promise<Driven> {
  const create = await imported<() => AnyTransport>(source)
  const completes = source.completes && (await imported<Completion>(source.completes))
  return drivenOf(create(), completes)
}

/** The forms of a transport that cases drive. Where it has no connections of its own, there is only the completed one. */
export function drivenOf(transport: AnyTransport, completes: Completion = completed): Driven {
  const link = completes(transport)
  return { 'bare track': bare(transport) ?? link, link }
}

/** Whether what it carries are connections, so that it can be driven as it is. */
export function hasConnections(transport: AnyTransport): boolean {
  return bare(transport) !== undefined
}

/** Ends that are handed over are driven as connections: somebody has to hand them over. */
function bare(transport: AnyTransport): ConnectionTransport | undefined {
  if (transport.shape === 'introduced') return introduced(transport)
  return transport.shape === 'connection' ? transport : undefined
}

async function imported<T>({ module, factory }: FunctionSource): Promise<T> {
  const exports = (await import(module)) as Record<string, T | undefined>
  const found = exports[factory]
  if (found === undefined) throw new Error(`${module} does not export ${factory}`)
  return found
}
