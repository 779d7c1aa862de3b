import {
  type Address,
  type CloseReason,
  type Connection,
  isSignalboxError,
  type Listener,
  reasonOf,
} from '../core/contracts/index.js'
import { type CliContext, cliContext } from './cli-context.js'
import { complain } from './exit.js'
import { type FrameFormat, FramePrinter } from './frame-printer.js'
import { frameHost, linkMaker } from './frames-link.js'
import { inheritedPipe } from './inherited-pipe.js'
import { connectionsAt, type Place, placeAt } from './place.js'
import { followJournal } from './raw-journal.js'
import { printPackets } from './raw-packets.js'
import { receiveRaw } from './raw-receiver.js'

interface ListenOptions extends FrameFormat {
  readonly raw?: boolean
  readonly count?: number
}

/** Serves one peer until it leaves, or until the signal says to let it go. Rejects when the peer's end was no good one. */
type Serve = (connection: Connection, stop: AbortSignal) => Promise<void>

/** A place that is listened at. */
interface Listening {
  readonly address: Address
  /** Resolves when nobody can come there any more; rejects when the place breaks. */
  readonly over: Promise<void>
  close(): Promise<void>
}

/** `signalbox listen`: prints frames until there were enough, or until it is told to end. */
export async function listenCommand(text: string, options: ListenOptions): Promise<void> {
  const raw = options.raw ?? false
  const place = await placeAt(text, raw)
  const cli = await cliContext()
  const printer = new FramePrinter(process.stdout, options, options.count ?? Number.POSITIVE_INFINITY)
  const listening = await listenAt(place, cli, printer, raw)
  process.stderr.write(`listening on ${listening.address.href}\n`)
  try {
    await Promise.race([printer.enough, told(), outputClosed(), listening.over])
  } finally {
    await listening.close()
  }
}

async function listenAt(
  place: Place,
  cli: CliContext,
  printer: FramePrinter,
  raw: boolean,
): Promise<Listening> {
  const { allowRemote, users } = cli.config.transports
  const options = { rawNames: raw, allowRemote, users }
  if (place.journal !== undefined) {
    return { address: place.address, ...(await followJournal(place.journal, printer)) }
  }
  if (raw && place.transport.shape === 'packet') {
    const endpoint = await place.transport.open(place.address, cli.context, options)
    printPackets(endpoint, printer)
    return { address: endpoint.address, over: faultOf(endpoint.closed), close: () => endpoint.close() }
  }
  if (place.transport.shape === 'introduced') return listenInherited(place, cli, printer)
  const serve = raw ? serveRaw(place, printer) : await serveLinked(place, cli, printer)
  return acceptPeers(await connectionsAt(place, raw).listen(place.address, cli.context, options), serve)
}

/** One peer, or several of which nobody can tell, has the other end of an inherited pipe already; no other one comes. */
function listenInherited(place: Place, { context }: CliContext, printer: FramePrinter): Listening {
  const stopping = new AbortController()
  const over = serveRaw(place, printer)(inheritedPipe(place.address, 'read', context), stopping.signal)
  return {
    address: place.address,
    over,
    close: async () => {
      stopping.abort()
      await over
    },
  }
}

/** Never resolves. */
function faultOf(closed: Promise<CloseReason>): Promise<never> {
  return new Promise((_, reject) =>
    closed.then(reason => {
      if (reason.by === 'fault') reject(reason.error)
    }),
  )
}

function acceptPeers(listener: Listener, serve: Serve): Listening {
  const stopping = new AbortController()
  const peers = new Set<Promise<void>>()
  listener.connections$.subscribe(connection => {
    const served = serve(connection, stopping.signal)
      .catch(error => {
        if (!isSignalboxError(error, 'ABORTED'))
          complain(`a peer of ${listener.address.href}: ${reasonOf(error)}`)
      })
      .finally(() => peers.delete(served))
    peers.add(served)
  })
  return {
    address: listener.address,
    over: new Promise(() => {}), // a listener that loses its place says so to nobody
    close: async () => {
      await listener.close()
      stopping.abort()
      await Promise.all(peers)
    },
  }
}

function serveRaw({ boundaries }: Place, printer: FramePrinter): Serve {
  return async (connection, stop) => {
    const letGo = onAbort(stop, () => void connection.close())
    const reason = await receiveRaw(connection, boundaries, printer)
    letGo()
    if (reason.by === 'fault' && reason.error.code !== 'CLOSED') throw reason.error
  }
}

async function serveLinked({ boundaries }: Place, cli: CliContext, printer: FramePrinter): Promise<Serve> {
  const makeLink = await linkMaker(cli)
  const host = frameHost({ accept: frame => printer.print(frame) })
  return async (connection, stop) => {
    const link = await makeLink(connection, boundaries, { role: 'listener', host, signal: stop })
    const letGo = onAbort(stop, () => void link.close())
    const reason = await link.closed
    letGo()
    if (reason.by === 'fault') throw reason.error
  }
}

/** Returns how to forget it: one signal serves all peers that ever come. */
function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true })
  return () => signal.removeEventListener('abort', act)
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function told(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** Resolves when nobody reads the output any more, as `head` does. */
function outputClosed(): Promise<void> {
  return new Promise(resolve => process.stdout.on('error', () => resolve()))
}
