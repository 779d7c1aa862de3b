import { map } from 'rxjs'
import type { Capabilities, Connection, ConnectionTransport } from '../../src/core/contracts/index.js'

/** What is changed about an honest transport. */
export interface Distortion {
  /** What the descriptor claims instead of the truth. */
  readonly claims?: Partial<Capabilities>
  /** Members of each connection that behave otherwise. */
  readonly connection?: (honest: Connection) => Partial<Connection>
  readonly listen?: ConnectionTransport['listen']
  readonly connect?: ConnectionTransport['connect']
}

/** The transport with its distortions: a suite that is worth something fails it. */
export function distorted(honest: ConnectionTransport, distortion: Distortion): ConnectionTransport {
  const distort = (connection: Connection) => {
    const changes = distortion.connection?.(connection) ?? {}
    // What is written in place would pass by who sends otherwise.
    return overlay(connection, changes.send === undefined ? changes : { ...changes, inPlace: undefined })
  }
  const listen = distortion.listen ?? honest.listen.bind(honest)
  const connect = distortion.connect ?? honest.connect.bind(honest)
  return overlay<ConnectionTransport>(honest, {
    describe: address => ({ ...honest.describe(address), ...distortion.claims }),
    connect: async (...args) => distort(await connect(...args)),
    listen: async (...args) => {
      const listener = await listen(...args)
      return overlay(listener, { connections$: listener.connections$.pipe(map(distort)) })
    },
  })
}

/** `original`, except for `changes`. Its methods still run on the original. */
function overlay<T extends object>(original: T, changes: { readonly [K in keyof T]?: T[K] | undefined }): T {
  return new Proxy(original, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return changes[key as keyof T]
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
