import { builtinTransports } from '../composition/builtin-transports.js'
import { type Calibration, calibrationOf, type Measurement } from '../composition/calibration/calibration.js'
import { CalibrationFile } from '../composition/calibration/calibration-file.js'
import { type AnyTransport, reasonOf, SignalboxError } from '../core/contracts/index.js'
import { didYouMean } from '../core/node/nearest-name.js'
import { measureTransport } from './calibration-run.js'
import { type CliContext, cliContext } from './cli-context.js'
import { complain } from './exit.js'
import { renderTable } from './table.js'

interface CalibrateOptions {
  readonly json?: boolean
}

/** What came out for one transport. */
type Row = { readonly transport: string } & (Measurement | { readonly skipped: string })

/**
 * `signalbox calibrate`: measures what messages cost over each transport of this machine, and keeps that for the nodes
 * of this user. Those that the user would notice, or that are used only where they are named, have to be named here.
 */
export async function calibrateCommand(names: readonly string[], { json }: CalibrateOptions): Promise<void> {
  const transports = transportsCalled(names)
  const cli = await cliContext()
  const rows: Row[] = []
  for (const transport of transports) rows.push(await measured(transport, names, cli))
  const file = new CalibrationFile(cli.config.cacheFolder)
  await file.write(calibrationOf({ ...(await kept(file)), ...resultsOf(rows) }))
  const output = json ? rows.map(row => JSON.stringify(row)).join('\n') : asTable(rows)
  process.stdout.write(`${output}\n`)
  complain(`nodes that start from now on know it from ${file.path}`)
}

/** @throws SignalboxError `TRANSPORT_UNKNOWN` */
function transportsCalled(names: readonly string[]): AnyTransport[] {
  const all = builtinTransports()
  const known = all.map(({ name }) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    const hint = didYouMean(name, known) || `; there are ${known.join(', ')}`
    throw new SignalboxError('TRANSPORT_UNKNOWN', `'${name}' is no transport${hint}`)
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}

async function measured(transport: AnyTransport, names: readonly string[], cli: CliContext): Promise<Row> {
  const { name } = transport
  const availability = await transport.availability()
  if (!availability.usable) return { transport: name, skipped: availability.reason }
  const { auto, userVisible } = transport.describe(transport.nodeAddress('default', 'example'))
  if ((!auto || userVisible) && !names.includes(name))
    return { transport: name, skipped: `it is not used unasked: signalbox calibrate ${name}` }
  try {
    return { transport: name, ...(await measureTransport(transport, cli)) }
  } catch (error) {
    return { transport: name, skipped: reasonOf(error) }
  }
}

/** What was measured before and still holds. */
async function kept(file: CalibrationFile): Promise<Calibration['transports']> {
  const readout = await file.read()
  return readout.state === 'valid' ? readout.calibration.transports : {}
}

function resultsOf(rows: readonly Row[]): Calibration['transports'] {
  return Object.fromEntries(
    rows.flatMap(row => {
      if ('skipped' in row) return []
      const { transport, ...measurement } = row
      return [[transport, measurement]]
    }),
  )
}

function asTable(rows: readonly Row[]): string {
  const head = ['transport', 'latency, µs', 'per small message, µs', 'MB/s', 'µs for a message of']
  const cells = rows.map(row => {
    if ('skipped' in row) return [row.transport, '', '', '', `not measured: ${row.skipped}`]
    const { transport, latency, perMessage, bytesPerSecond, sizes } = row
    const larger = sizes.slice(1).map(({ bytes, microseconds }) => `${bytes} B: ${microseconds.toFixed(0)}`)
    return [
      transport,
      latency.toFixed(1),
      perMessage.toFixed(2),
      (bytesPerSecond / 1e6).toFixed(0),
      larger.join('; '),
    ]
  })
  return renderTable(head, cells)
}
