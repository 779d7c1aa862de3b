import { basename } from 'node:path'
import { systemContext, type TransportContext } from 'signalbox'
import { BroadcastRing } from 'signalbox/transports/broadcast-ring'
import type { Peer, Place } from '../pair/peer.js'

/** A reader of the broadcast ring of its place, which {@link createRing} makes first. */
export const heardRing: Peer = {
  name: 'a heard ring',
  async serve(place, receiver) {
    const reader = await BroadcastRing.open(ringIn(place), await contextIn(place))
    reader.messages$.subscribe(({ buffer, start, end }) => receiver.receiveAt(buffer, start, end))
    return () => reader.close()
  },
  reach: () => Promise.reject(new Error('who writes a ring is there before its readers')),
}

/** The ring of a place; a reader that is too slow makes its writer wait. */
export async function createRing(place: Place): Promise<BroadcastRing> {
  return BroadcastRing.create(ringIn(place), await contextIn(place))
}

function ringIn({ folder }: Place): string {
  return basename(folder).toLowerCase()
}

function contextIn({ folder }: Place): Promise<TransportContext> {
  return systemContext({ runtimeFolder: folder })
}
