import type { ListenOptions, Server } from 'node:net'

/** Makes `server` listen; resolves when it does, rejects with Node's error. */
export function bindServer(server: Server, place: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Exclusive, because a cluster's primary process would listen in our place otherwise: for all of
    // its workers at once, and without the locks that we hold.
    server.listen({ ...place, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
