import { z } from 'zod'
import { reasonOf } from '../../core/contracts/index.js'
import { machineKind } from './machine-kind.js'

/** The version of the file's format. */
const FORMAT = 1

const figure = z.number().positive()

const measurement = z.object({
  /** Microseconds until a small message is at the other side. */
  latency: figure,
  /** Microseconds for each of many small messages, one right after the other. */
  perMessage: figure,
  /** Of large messages. */
  bytesPerSecond: figure,
  /** Microseconds until a message of that many bytes is at the other side. */
  sizes: z.array(z.object({ bytes: figure, microseconds: figure })),
})

const format = z.object({
  format: z.literal(FORMAT),
  machine: z.string(),
  node: z.string(),
  measured: z.iso.datetime(),
  transports: z.record(z.string(), measurement),
})

/** What was measured of one transport. */
export type Measurement = z.infer<typeof measurement>

/** What was measured of the transports of one machine. */
export type Calibration = z.infer<typeof format>

/** What a file of measurements is good for. */
export type Readout =
  | { readonly state: 'valid'; readonly calibration: Calibration }
  | { readonly state: 'stale'; readonly because: string }

/** A calibration of this machine, with this Node, made now. */
export function calibrationOf(transports: Calibration['transports']): Calibration {
  const measured = new Date().toISOString()
  return { format: FORMAT, machine: machineKind(), node: process.version, measured, transports }
}

/** Reads what {@link writeCalibration} wrote; what was measured on another kind of machine, or Node, is stale. */
export function readCalibration(text: string): Readout {
  const stale = (because: string): Readout => ({ state: 'stale', because })
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    return stale(`it is no JSON (${reasonOf(error)})`)
  }
  const { data: calibration } = format.safeParse(content)
  if (calibration === undefined) return stale(`it is not of format ${FORMAT}`)
  const { machine, node } = calibration
  if (machine !== machineKind()) return stale(`it was made on ${machine}, and this is ${machineKind()}`)
  if (node !== process.version) return stale(`it was made with Node ${node}, and this is ${process.version}`)
  return { state: 'valid', calibration }
}

/** The text of a calibration's file. */
export function writeCalibration(calibration: Calibration): string {
  return `${JSON.stringify(calibration, null, 2)}\n`
}
