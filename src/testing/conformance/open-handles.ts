import { readdirSync } from 'node:fs'
import { SignalboxError } from '../../core/contracts/errors.js'
import { kernel32 } from '../../native/win32/kernel32.js'

/** What this process holds open. */
export interface OpenHandles {
  /** Descriptors, or on Windows handles, as the operating system counts them. */
  readonly system: number
  /** What the event loop works for, by kind: `{ TCPSocketWrap: 2 }`. */
  readonly active: Readonly<Record<string, number>>
}

/** Counts the open handles of this process. */
export function openHandles(): OpenHandles {
  const active: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1
  return { system: systemHandles(), active }
}

function systemHandles(): number {
  if (process.platform === 'win32') return windowsHandles()
  return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length
}

function windowsHandles(): number {
  const count = Buffer.alloc(4)
  const { GetProcessHandleCount, GetCurrentProcess, GetLastError } = kernel32()
  if (GetProcessHandleCount(GetCurrentProcess(), count) === 0) {
    throw new SignalboxError('SYSTEM', `this process's handles cannot be counted (error ${GetLastError()})`)
  }
  return count.readUInt32LE()
}
