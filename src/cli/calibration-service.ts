import { builtinTransports } from '../composition/builtin-transports.js'
import { SignalboxError } from '../core/contracts/index.js'
import type { Link } from '../core/link/index.js'
import { completed } from '../core/tracks/index.js'
import { cliContext } from './cli-context.js'
import { complain } from './exit.js'
import { frameHost, linkMaker } from './frames-link.js'

/** What the process that serves says once. */
export type CalibrationNews = { readonly listening: string } | { readonly failed: string }

/** The namespace of the two ends: no node of a system is among them. */
export const CALIBRATION = 'calibration'

/** Somebody who accepts every frame at once. */
export interface CalibrationService {
  readonly address: string
  close(): Promise<void>
}

/** Listens over a transport as a node of that name would. @throws SignalboxError `TRANSPORT_UNKNOWN`, or what its `listen` throws */
export async function serveCalibration(transport: string, node: string): Promise<CalibrationService> {
  const mechanism = builtinTransports().find(({ name }) => name === transport)
  if (mechanism === undefined)
    throw new SignalboxError('TRANSPORT_UNKNOWN', `there is no transport ${transport}`)
  const connecting = completed(mechanism)
  const cli = await cliContext()
  const makeLink = await linkMaker(cli)
  const host = frameHost({ accept: () => {} })
  const links = new Set<Link>()
  const address = connecting.nodeAddress(CALIBRATION, node)
  const listener = await connecting.listen(address, cli.context)
  const { boundaries } = connecting.describe(listener.address)
  listener.connections$.subscribe(connection => {
    makeLink(connection, boundaries, { role: 'listener', host }).then(
      link => links.add(link),
      (error: Error) => complain(error.message),
    )
  })
  return {
    address: listener.address.href,
    async close() {
      await listener.close()
      await Promise.all([...links].map(link => link.close()))
    },
  }
}
