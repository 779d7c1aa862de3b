import type { Peer } from '../pair/peer.js'
import { reachActor, serveActor } from './signalbox-actor.js'
import { reachLink, serveLink } from './signalbox-link.js'

/** Signalbox over one transport: values go to an actor of another node, bytes over a link. */
export function signalbox(transport: string): Peer {
  return {
    name: transport,
    serve: (place, receiver) =>
      place.payload.kind === 'order'
        ? serveActor(transport, place, receiver)
        : serveLink(transport, place, receiver),
    reach: place =>
      place.payload.kind === 'order' ? reachActor(transport, place) : reachLink(transport, place),
  }
}
