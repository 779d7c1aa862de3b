import { cliContext } from './cli-context.js'
import { framesOf } from './frame-source.js'
import { linkMaker, sendingHost } from './frames-link.js'
import { sendLinked } from './link-sender.js'
import { placeAt } from './place.js'
import { sendRaw } from './raw-sender.js'

interface SendOptions {
  readonly raw?: boolean
}

/** `signalbox send`: ends when what was sent is accepted, or raw, when it has left. */
export async function sendCommand(text: string, what: string, { raw = false }: SendOptions): Promise<void> {
  const { address, transport, boundaries } = await placeAt(text)
  const cli = await cliContext()
  const makeLink = raw ? undefined : await linkMaker(cli)
  const connection = await transport.connect(address, cli.context, {
    rawNames: raw,
    allowRemote: cli.config.transports.allowRemote,
  })
  const frames = framesOf(what)
  if (makeLink === undefined) return sendRaw(connection, boundaries, frames)
  await sendLinked(await makeLink(connection, boundaries, { role: 'dialler', host: sendingHost }), frames)
}
