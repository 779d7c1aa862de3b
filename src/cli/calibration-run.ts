import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measurement } from '../composition/calibration/calibration.js'
import { startIntroduced } from '../composition/processes/introduced-process.js'
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

type Start = (
  command: string,
  args: readonly string[],
  options: { readonly stdio: ('ignore' | 'inherit' | 'ipc')[] },
) => ChildProcess

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
  const { reach, rendezvous } = connecting.describe(connecting.nodeAddress(CALIBRATION, node))
  const start = rendezvous === 'introduced' ? startKnown : spawn
  const service =
    reach === 'process'
      ? await serveCalibration(transport.name, node)
      : await serveElsewhere(transport.name, node, start)
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

/** Starts a process that this one introduces. */
const startKnown: Start = (command, args, options) => startIntroduced(command, args, options).child

async function serveElsewhere(transport: string, node: string, start: Start): Promise<CalibrationService> {
  const entry = fileURLToPath(new URL('./calibration-peer.js', import.meta.url))
  const child = start(process.execPath, [entry, transport, node], {
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
