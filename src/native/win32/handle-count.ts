import { SignalboxError } from '../../core/contracts/index.js'
import { kernel32 } from './kernel32.js'
import { ntdll } from './ntdll.js'

/** How many handles this process holds. @throws SignalboxError `SYSTEM` */
export function ownHandleCount(): number {
  const count = Buffer.alloc(4)
  const { GetProcessHandleCount, GetCurrentProcess } = kernel32()
  const counted = GetProcessHandleCount(GetCurrentProcess(), count) !== 0
  // Wine (seen in 8.0) succeeds and says 0, and every process has some.
  return (counted && count.readUInt32LE()) || ownHandlesInSystemTable()
}

const SYSTEM_EXTENDED_HANDLE_INFORMATION = 64
const STATUS_INFO_LENGTH_MISMATCH = 0xc0000004 | 0
/** SYSTEM_EXTENDED_HANDLE_INFORMATION on 64-bit Windows: the count and a reserved word, then the entries. */
const HEADER = 16
const ENTRY = 40
const PID_IN_ENTRY = 8

function ownHandlesInSystemTable(): number {
  const { NtQuerySystemInformation } = ntdll()
  const needed = Buffer.alloc(4)
  for (let bytes = 64 * 1024; ; bytes *= 2) {
    const table = Buffer.allocUnsafe(bytes)
    const status = NtQuerySystemInformation(SYSTEM_EXTENDED_HANDLE_INFORMATION, table, bytes, needed)
    // The table may grow between two calls, so doubling beats asking for what was needed a moment ago.
    if (status === STATUS_INFO_LENGTH_MISMATCH) continue
    if (status < 0) {
      throw new SignalboxError(
        'SYSTEM',
        `the handles cannot be counted (NTSTATUS ${(status >>> 0).toString(16)})`,
      )
    }
    const pid = BigInt(process.pid)
    let own = 0
    const entries = Number(table.readBigUInt64LE(0))
    for (let entry = 0; entry < entries; entry++) {
      if (table.readBigUInt64LE(HEADER + entry * ENTRY + PID_IN_ENTRY) === pid) own += 1
    }
    return own
  }
}
