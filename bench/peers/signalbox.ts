import { sharedMemory } from 'signalbox/transports/shared-memory'
import type { Peer } from '../pair/peer.js'
import { HEARTBEAT, reachActor, serveActor } from './signalbox-actor.js'
import { reachLink, serveLink } from './signalbox-link.js'

/** Signalbox over one transport: values go to an actor of another node, bytes over a link. */
export function signalbox(transport: string): Peer {
  const far = whereabouts[transport]
  return {
    name: transport,
    ...(far && { far }),
    heartbeat: HEARTBEAT,
    serve: (place, receiver) =>
      place.payload.kind === 'order'
        ? serveActor({ transport }, place, receiver)
        : serveLink(transport, place, receiver),
    reach: place =>
      place.payload.kind === 'order' ? reachActor({ transport }, place) : reachLink(transport, place),
  }
}

/** Where the far end is, over what does not reach any process. */
const whereabouts: Readonly<Record<string, Peer['far']>> = {
  memory: 'here',
  worker: 'thread',
  'anonymous-pipe': 'introduced process',
}

/** Actors over shared memory whose sides sleep whenever they wait: what is left where spinning does not pay. */
export const parked: Peer = {
  name: 'shared-memory parked',
  heartbeat: HEARTBEAT,
  serve: (place, receiver) => serveActor(parkedWay(), place, receiver),
  reach: place => reachActor(parkedWay(), place),
}

function parkedWay() {
  return { transport: 'shared-memory', instead: sharedMemory({ spin: false }) }
}
