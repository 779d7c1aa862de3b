import type { AnyTransport } from '../core/contracts/index.js'
import { anonymousPipe } from '../transports/anonymous-pipe/index.js'
import { broadcastRing } from '../transports/broadcast-ring/index.js'
import { dll } from '../transports/dll/index.js'
import { fileMapping } from '../transports/file-mapping/index.js'
import { mailslot } from '../transports/mailslot/index.js'
import { memory } from '../transports/memory/index.js'
import { namedPipe } from '../transports/named-pipe/index.js'
import { sharedMemory } from '../transports/shared-memory/index.js'
import { tcp } from '../transports/tcp/index.js'
import { worker } from '../transports/worker/index.js'

/** Every transport that comes with Signalbox, usable on this machine or not. */
export function builtinTransports(): AnyTransport[] {
  return [
    memory(),
    worker(),
    namedPipe(),
    anonymousPipe(),
    sharedMemory(),
    fileMapping(),
    tcp(),
    mailslot(),
    dll(),
    broadcastRing(),
  ]
}
