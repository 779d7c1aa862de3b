import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Capabilities,
  type ConnectionTransport,
  parseAddress,
  systemContext,
  type TransportContext,
} from 'signalbox'
import { builtinTransports } from '#dist/composition/builtin-transports.js'
import {
  type EstablishOptions,
  establishLink,
  type LaneSink,
  type Link,
  type LinkHost,
  type OutboundLane,
  type Receipt,
} from '#dist/core/link/index.js'
import { completed } from '#dist/core/tracks/index.js'
import type { Message } from '../pair/payload.js'
import type { Carrier, Place } from '../pair/peer.js'
import type { Receiver } from '../pair/receiver.js'

const KIB = 1024
const MIB = 1024 * KIB
const NOTHING = new Uint8Array()
/** The receiver counts what arrives: the sender need not. */
const unheeded: Receipt = { settle: () => {} }

/** What a node grants unless its configuration says otherwise. */
const WINDOW = { messages: 1024, bytes: MIB }

/** Takes the frames of links over `transport`. Returns how to stop. */
export async function serveLink(
  transport: string,
  place: Place,
  receiver: Receiver,
): Promise<() => Promise<void>> {
  const { mechanism, context } = await surroundings(transport, place)
  const listener = await mechanism.listen(mechanism.nodeAddress('bench', 'far'), context)
  const capabilities = mechanism.describe(listener.address)
  const options = optionsOf('far', capabilities, context)
  const links = new Set<Link>()
  listener.connections$.subscribe(connection => {
    void establishLink('listener', connection, capabilities.boundaries, context, options, () =>
      hostOf(readBy(receiver)),
    ).then(link => links.add(link))
  })
  await publish(place, listener.address.href)
  return async () => {
    await Promise.all([...links].map(link => link.close()))
    await listener.close()
  }
}

/** Sends frames over a link to whoever serves at this place. */
export async function reachLink(transport: string, place: Place): Promise<Carrier> {
  const { mechanism, context } = await surroundings(transport, place)
  const address = parseAddress(await readFile(join(place.folder, ADDRESS), 'utf8'))
  const connection = await mechanism.connect(address, context)
  const capabilities = mechanism.describe(address)
  const host = hostOf({ accept: () => {} })
  const options = optionsOf('near', capabilities, context)
  const link = await establishLink(
    'dialler',
    connection,
    capabilities.boundaries,
    context,
    options,
    () => host,
  )
  return new LinkCarrier(link)
}

class LinkCarrier implements Carrier {
  readonly #lane: OutboundLane

  constructor(private readonly link: Link) {
    this.#lane = link.openLane(Buffer.from('frames'))
  }

  async pour(count: number, message: (n: number) => Message): Promise<void> {
    for (let n = 0; n < count; n++) {
      const frame = message(n) as Uint8Array
      while (!this.#lane.offer(NOTHING, frame, unheeded)) await this.#lane.room()
    }
  }

  ask(): Promise<Message> {
    return Promise.reject(new Error('a link carries messages; questions are asked by nodes'))
  }

  close(): Promise<void> {
    return this.link.close()
  }
}

const ADDRESS = 'address'

/** Written under another name first, so that nobody reads half of it. */
async function publish({ folder }: Place, address: string): Promise<void> {
  await writeFile(join(folder, `${ADDRESS}.draft`), address)
  await rename(join(folder, `${ADDRESS}.draft`), join(folder, ADDRESS))
}

async function surroundings(
  transport: string,
  { folder }: Place,
): Promise<{ mechanism: ConnectionTransport; context: TransportContext }> {
  const found = builtinTransports().find(({ name }) => name === transport)
  if (found === undefined) throw new Error(`there is no transport ${transport}`)
  return { mechanism: completed(found), context: await systemContext({ runtimeFolder: folder }) }
}

function optionsOf(node: string, { reach }: Capabilities, { random }: TransportContext): EstablishOptions {
  return {
    hello: {
      node,
      namespace: 'bench',
      incarnation: random.bytes(16),
      codecs: ['raw'],
      window: WINDOW,
      lanes: 16,
      maxFrame: 256 * KIB,
      maxMessage: 128 * MIB,
      heartbeat: 5000,
    },
    epoch: 1,
    secret: Buffer.from('a secret of the bench'),
    // As between nodes: replay costs what it costs, and what does not leave the process has nothing to resume.
    link: { resume: reach === 'process' ? 0 : 30_000 },
  }
}

/** Frames are read where they lie, as nodes read values. */
function readBy(receiver: Receiver): LaneSink {
  const decoder = {
    decode: (bytes: Uint8Array, start = 0, end = bytes.length) => receiver.receiveAt(bytes, start, end),
  }
  return {
    accept: frame => void receiver.receive(frame),
    read: frame => void frame.value(decoder),
  }
}

function hostOf(frames: LaneSink): LinkHost {
  const unused: LaneSink = { accept: () => {} }
  return { control: unused, replies: unused, laneOpened: () => frames }
}
