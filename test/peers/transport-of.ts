import type { AnyTransport } from 'signalbox'

/** The transport of that name: its module exports its factory under it, `named-pipe` as `namedPipe`. */
export async function transportOf(name: string): Promise<AnyTransport> {
  const module: Record<string, () => AnyTransport> = await import(`signalbox/transports/${name}`)
  const factory = module[name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())]
  if (factory === undefined) throw new Error(`signalbox/transports/${name} has no factory of its name`)
  return factory()
}
