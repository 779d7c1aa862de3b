import { builtinTransports } from '../composition/builtin-transports.js'
import { CalibrationFile } from '../composition/calibration/calibration-file.js'
import { Directory, type Explanation, Ways } from '../core/node/index.js'
import { Costs, type Requirements } from '../core/routing/index.js'
import { completed } from '../core/tracks/index.js'
import { processTable } from '../native/process-table.js'
import { cliContext } from './cli-context.js'
import { complain } from './exit.js'
import { renderTable } from './table.js'

interface ExplainOptions {
  readonly to: string
  readonly size?: number
  readonly need?: Requirements
  readonly namespace?: string
  readonly json?: boolean
}

/** `signalbox explain`: how a node in a process of its own would reach another one, with this configuration. */
export async function explainCommand({ to, size, need, json, ...options }: ExplainOptions): Promise<void> {
  const { config, context } = await cliContext()
  const namespace = options.namespace ?? config.namespace
  const { runtimeFolder: folder, log } = context
  const { prefer, only, never } = config.transports
  const costs = new Costs()
  const unmeasured = await new CalibrationFile(config.cacheFolder).feed(costs)
  const ways = new Ways({
    namespace,
    transports: builtinTransports().map(transport => completed(transport)),
    preferences: { prefer, only, never },
    costs,
    nodes: config.nodes,
    directory: new Directory({ folder, namespace, processes: processTable, log }),
  })
  const explanation = await ways.to(to, undefined, { ...need, ...(size === undefined ? {} : { size }) })
  process.stdout.write(`${json ? asJson(explanation) : asTable(explanation)}\n`)
  if (unmeasured !== undefined && !json)
    complain(`costs are typical ones; signalbox calibrate measures them (${unmeasured})`)
}

function asJson({ node, need, chosen, ranked, rejected }: Explanation): string {
  return JSON.stringify({
    node,
    need,
    chosen: chosen?.transport ?? null,
    ranked: ranked.map(({ transport, address, microseconds, cost, because }) => {
      return { transport, address: address.href, microseconds, cost, because }
    }),
    rejected: rejected.map(rejection => ({ ...rejection, address: rejection.address.href })),
  })
}

function asTable({ ranked, rejected }: Explanation): string {
  const places = ranked.map(({ transport, address, because }, place) => [
    place === 0 ? 'taken' : `else ${place}`,
    transport,
    address.href,
    because,
  ])
  const others = rejected.map(({ transport, address, rule, because }) => [
    'rejected',
    transport,
    address.href,
    `${rule}: ${because}`,
  ])
  return renderTable(['', 'transport', 'address', 'why'], [...places, ...others])
}
