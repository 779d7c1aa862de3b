import { cliContext } from './cli-context.js'
import { framesOf } from './frame-source.js'
import { linkMaker, sendingHost } from './frames-link.js'
import { inheritedPipe } from './inherited-pipe.js'
import { sendLinked } from './link-sender.js'
import { connectionsAt, placeAt } from './place.js'
import { appendToJournal } from './raw-journal.js'
import { sendPackets } from './raw-packets.js'
import { sendRaw } from './raw-sender.js'

interface SendOptions {
  readonly raw?: boolean
}

/** `signalbox send`: ends when what was sent is accepted, or raw, when it has left. */
export async function sendCommand(text: string, what: string, { raw = false }: SendOptions): Promise<void> {
  const place = await placeAt(text, raw)
  const { address, transport, boundaries, journal } = place
  if (journal !== undefined) return appendToJournal(journal, framesOf(what))
  const cli = await cliContext()
  const { allowRemote, users } = cli.config.transports
  const options = { rawNames: raw, allowRemote, users }
  if (raw && transport.shape === 'packet') {
    return sendPackets(transport, address, framesOf(what), cli.context, options)
  }
  if (transport.shape === 'introduced') {
    return sendRaw(inheritedPipe(address, 'write', cli.context), boundaries, framesOf(what))
  }
  const makeLink = raw ? undefined : await linkMaker(cli)
  const connection = await connectionsAt(place, raw).connect(address, cli.context, options)
  const frames = framesOf(what)
  if (makeLink === undefined) return sendRaw(connection, boundaries, frames)
  await sendLinked(await makeLink(connection, boundaries, { role: 'dialler', host: sendingHost }), frames)
}
