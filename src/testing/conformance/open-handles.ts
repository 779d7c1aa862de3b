import { readdirSync } from 'node:fs'
import { ownHandleCount } from '../../native/win32/handle-count.js'

/** What this process holds open. */
export interface OpenHandles {
  /** Descriptors, or on Windows handles, as the operating system counts them. */
  readonly system: number
  /** What the event loop works for, by kind: `{ TCPSocketWrap: 2 }`. */
  readonly active: Readonly<Record<string, number>>
  /** Bytes that it has in memory, as the operating system counts them. */
  readonly resident: number
}

/** Counts the open handles of this process. */
export function openHandles(): OpenHandles {
  const active: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1
  return { system: systemHandles(), active, resident: process.memoryUsage.rss() }
}

function systemHandles(): number {
  if (process.platform === 'win32') return ownHandleCount()
  return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length
}
