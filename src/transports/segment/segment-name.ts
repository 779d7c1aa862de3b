import { createHash, randomBytes } from 'node:crypto'
import { type ProcessTable, SignalboxError } from '../../core/contracts/index.js'

// `signalbox.<pid>.<process>.<nonce>`: 30 bytes, which is what macOS takes, with pids as long as its own.
const PATTERN = /^signalbox\.([1-9]\d{0,9})\.([0-9a-z]{6})\.[0-9a-z]{7}$/

/**
 * A name that nobody has had, for memory of process `pid`. It tells that very process from a later one of the same pid.
 * @returns undefined when there is no such process
 */
export function newSegmentName(pid: number, processes: ProcessTable): string | undefined {
  const incarnation = processes.incarnationOf(pid)
  if (incarnation === undefined) return undefined
  return `signalbox.${pid}.${tagOf(incarnation)}.${base36(randomBytes(6), 7)}`
}

/** The same for this process. @throws SignalboxError `SYSTEM` where the system does not know it */
export function ownSegmentName(processes: ProcessTable): string {
  const name = newSegmentName(process.pid, processes)
  if (name !== undefined) return name
  const why = `the process table does not show this process (pid ${process.pid}); is /proc mounted?`
  throw new SignalboxError('SYSTEM', why)
}

/** Who made the memory of a name. */
export interface SegmentOwner {
  readonly pid: number
  readonly lives: boolean
}

/** The owner that a name tells of; undefined when {@link newSegmentName} did not make it. */
export function ownerOfSegment(name: string, processes: ProcessTable): SegmentOwner | undefined {
  const [, digits, tag] = PATTERN.exec(name) ?? []
  if (digits === undefined) return undefined
  const pid = Number(digits)
  const incarnation = processes.incarnationOf(pid)
  return { pid, lives: incarnation !== undefined && tagOf(incarnation) === tag }
}

/** 31 bits: of two processes that had one pid, one in two thousand million pairs has the same. */
function tagOf(incarnation: string): string {
  return base36(createHash('sha256').update(incarnation).digest(), 6)
}

function base36(bytes: Buffer, digits: number): string {
  return (bytes.readUIntBE(0, 6) % 36 ** digits).toString(36).padStart(digits, '0')
}
