import { basename } from 'node:path'
import {
  type ActorRef,
  type ConnectionTransport,
  type Handles,
  message,
  type Node,
  protocol,
  request,
  startNode,
} from 'signalbox'
import { type Order, orderSchema } from '../pair/order.js'
import type { Message } from '../pair/payload.js'
import type { Carrier, Place } from '../pair/peer.js'
import type { Receiver } from '../pair/receiver.js'

const Placed = message('bench.placed', orderSchema)
const Quote = request('bench.quote', { input: orderSchema, output: orderSchema })
const Desk = protocol('desk', { placed: Placed, quote: Quote })

/** ms. */
export const HEARTBEAT = 5000

/** What nodes meet over, and nothing else. */
export interface Way {
  readonly transport: string
  /** Another one in its place. @default the one that comes with Signalbox */
  readonly instead?: ConnectionTransport
}

/** A node with an actor that takes orders, on nothing but `way`. Returns how to stop it. */
export async function serveActor(way: Way, place: Place, receiver: Receiver): Promise<() => Promise<void>> {
  const node = await startBenchNode('far', way, place)
  await node.spawn(Desk, deskOf(receiver))
  return () => node.close()
}

function deskOf(receiver: Receiver): () => Handles<typeof Desk> {
  return () => ({
    placed: order => void receiver.receive(order),
    quote: order => receiver.receive(order) as Order,
  })
}

/** A node that speaks to that actor. */
export async function reachActor(way: Way, place: Place): Promise<Carrier> {
  const node = await startBenchNode('near', way, place)
  return new ActorCarrier(node, node.ref(Desk, 'signalbox://far/desk'))
}

class ActorCarrier implements Carrier {
  constructor(
    private readonly node: Node,
    private readonly desk: ActorRef<typeof Desk>,
  ) {}

  async pour(count: number, message: (n: number) => Message): Promise<void> {
    const { tell } = this.desk
    for (let n = 0; n < count; n++) {
      const order = message(n) as Order
      while (!tell.placed(order)) await this.desk.room()
    }
  }

  ask(message: Message): Promise<Message> {
    return this.desk.ask.quote(message as Order)
  }

  close(): Promise<void> {
    return this.node.close()
  }
}

function startBenchNode(name: string, { transport, instead }: Way, { folder }: Place): Promise<Node> {
  return startNode({
    name,
    cwd: folder,
    transports: instead === undefined ? [] : [instead],
    config: {
      // Names of pipes are the machine's on Windows, whatever the folder: each pair has its own.
      namespace: basename(folder).toLowerCase(),
      runtimeFolder: folder,
      transports: { prefer: [transport], listen: [transport] },
      link: { heartbeat: HEARTBEAT },
    },
  })
}
