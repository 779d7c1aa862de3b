import { builtinTransports } from '../composition/builtin-transports.js'
import type { AnyTransport, Availability, Capabilities } from '../core/contracts/index.js'
import { renderTable } from './table.js'

interface Row {
  readonly transport: AnyTransport
  readonly availability: Availability
  readonly capabilities: Capabilities
}

/** `signalbox transports`: what there is, and what this machine has of it. */
export async function transportsCommand(options: { readonly json?: boolean }): Promise<void> {
  const rows = await Promise.all(builtinTransports().map(inspect))
  const output = options.json ? rows.map(asJson).join('\n') : asTable(rows)
  process.stdout.write(`${output}\n`)
}

async function inspect(transport: AnyTransport): Promise<Row> {
  return {
    transport,
    availability: await transport.availability(),
    capabilities: transport.describe(transport.nodeAddress('default', 'example')),
  }
}

function asJson({ transport: { name, shape, summary }, availability, capabilities }: Row): string {
  const { platforms } = capabilities
  return JSON.stringify({ name, shape, ...availability, platforms, capabilities, summary })
}

function asTable(rows: readonly Row[]): string {
  return renderTable(
    ['transport', 'usable', 'platforms', 'capabilities', 'summary'],
    rows.map(({ transport, availability, capabilities }) => [
      transport.name,
      availability.usable ? 'yes' : `no: ${availability.reason}`,
      inLines(capabilities.platforms),
      keysOf(capabilities).join('\n'),
      transport.summary,
    ]),
  )
}

/** What people choose a transport by. */
function keysOf({ reach, delivery, ordered, direction, group, maxFrame, identity }: Capabilities): string[] {
  return [
    `reach: ${reach}`,
    `${delivery}, ${ordered ? 'ordered' : 'unordered'}, ${direction}`,
    ...(group === 'none' ? [] : [group]),
    ...(Number.isFinite(maxFrame) ? [`frames up to ${maxFrame} B`] : []),
    `identity: ${identity}`,
  ]
}

/** Names three to a line. */
function inLines(names: readonly string[]): string {
  const lines: string[] = []
  for (let at = 0; at < names.length; at += 3) lines.push(names.slice(at, at + 3).join(', '))
  return lines.join('\n')
}
