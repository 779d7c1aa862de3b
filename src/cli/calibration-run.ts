import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measurement } from '../composition/calibration/calibration.js'
import { type AnyTransport, parseAddress, SignalboxError } from '../core/contracts/index.js'
import { completed } from '../core/tracks/index.js'
import {
  CALIBRATION,
  type CalibrationNews,
  type CalibrationService,
  serveCalibration,
} from './calibration-service.js'
import type { CliContext } from './cli-context.js'
import { linkMaker, type MakeLink, sendingHost } from './frames-link.js'
import { measurementOf, type Timing, timeLink } from './measure-link.js'

/** Times a transport is measured, with another process each time: where the system runs it matters much. */
const ROUNDS = 3

/**
 * Measures a transport between this process and another one, or within this one where it reaches no further.
 * @throws SignalboxError when the two do not come together
 */
export async function measureTransport(transport: AnyTransport, cli: CliContext): Promise<Measurement> {
  const makeLink = await linkMaker(cli)
  const rounds: Timing[] = []
  while (rounds.length < ROUNDS) rounds.push(await round(transport, cli, makeLink))
  return measurementOf(rounds)
}

async function round(transport: AnyTransport, cli: CliContext, makeLink: MakeLink): Promise<Timing> {
  const { context } = cli
  const connecting = completed(transport)
  const node = `peer-${process.pid}`
  const { reach } = connecting.describe(connecting.nodeAddress(CALIBRATION, node))
  const serve = reach === 'process' ? serveCalibration : serveElsewhere
  const service = await serve(transport.name, node)
  try {
    const address = parseAddress(service.address)
    const connection = await connecting.connect(address, context)
    const { boundaries } = connecting.describe(address)
    const link = await makeLink(connection, boundaries, { role: 'dialler', host: sendingHost })
    try {
      return await timeLink(link, context.clock)
    } finally {
      await link.close()
    }
  } finally {
    await service.close()
  }
}

async function serveElsewhere(transport: string, node: string): Promise<CalibrationService> {
  const entry = fileURLToPath(new URL('./calibration-peer.js', import.meta.url))
  const child = fork(entry, [transport, node], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const address = await listening(child, ended)
  return {
    address,
    async close() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

async function listening(child: ChildProcess, ended: Promise<unknown[]>): Promise<string> {
  const died = ended.then(([code, signal]): CalibrationNews => {
    return { failed: `the process at the other end ended with ${code ?? signal}` }
  })
  const said = once(child, 'message').then(([news]) => news as CalibrationNews)
  const news = await Promise.race([said, died])
  if ('listening' in news) return news.listening
  throw new SignalboxError('SYSTEM', news.failed)
}
