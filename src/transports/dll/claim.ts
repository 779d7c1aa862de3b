import { createHash } from 'node:crypto'
import { SignalboxError } from '../../core/contracts/index.js'
import { processTable } from '../../native/process-table.js'

/**
 * A process, as one number of 64 bits that is written in one step: its pid, and above it a digest of its start time,
 * which tells it from a later process of the same pid. 0 is nobody.
 */
export type Claim = bigint

export const NOBODY: Claim = 0n

let own: Claim | undefined

/** That of this process. @throws SignalboxError `SYSTEM` */
export function ownClaim(): Claim {
  own ??= claimOf(process.pid)
  if (own === undefined) throw new SignalboxError('SYSTEM', 'the system does not know this process')
  return own
}

/** Whether the process is alive that a claim names. */
export const isLive = (claim: Claim): boolean => claim === ownClaim() || claimOf(pidOf(claim)) === claim

export const pidOf = (claim: Claim): number => Number(claim & 0xffff_ffffn)

function claimOf(pid: number): Claim | undefined {
  const incarnation = processTable.incarnationOf(pid)
  if (incarnation === undefined) return undefined
  const digest = createHash('sha256').update(incarnation).digest().readUInt32LE()
  return (BigInt(digest) << 32n) | BigInt(pid)
}
