import { readFileSync } from 'node:fs'
import type { ProcessTable } from '../core/contracts/index.js'
import { libSystem } from './posix/libsystem.js'
import { kernel32, NO_HANDLE, Win32Error, win32Failure } from './win32/kernel32.js'

/**
 * The operating system's list of processes. A process that has exited is gone, even while somebody
 * still keeps it in the table: as a zombie, or by an open handle.
 */
export const processTable: ProcessTable = {
  incarnationOf(pid) {
    if (!Number.isInteger(pid) || pid <= 0 || pid > 0xffffffff) return undefined
    if (process.platform === 'win32') return onWindows(pid)
    return process.platform === 'darwin' ? onMacOS(pid) : onLinux(pid)
  },
}

/** Clock ticks from boot to start (proc(5), /proc/pid/stat, field 22) mean something within one boot only. */
function onLinux(pid: number): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The name in field 2 is in parentheses and may itself contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const startTime = fields[19]
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined
  return `${bootId()}:${startTime}`
}

let boot: string | undefined

function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return boot
}

const PROC_PIDTBSDINFO = 3
const SZOMB = 5
/** Of struct proc_bsdinfo (sys/proc_info.h). */
const BsdInfo = { SIZE: 136, STATUS: 4, START_SECONDS: 120, START_MICROSECONDS: 128 } as const

function onMacOS(pid: number): string | undefined {
  const info = Buffer.alloc(BsdInfo.SIZE)
  if (libSystem().proc_pidinfo(pid, PROC_PIDTBSDINFO, 0n, info, info.length) !== info.length) return undefined
  if (info.readUInt32LE(BsdInfo.STATUS) === SZOMB) return undefined
  const seconds = info.readBigUInt64LE(BsdInfo.START_SECONDS)
  const microseconds = info.readBigUInt64LE(BsdInfo.START_MICROSECONDS)
  return `${seconds}.${microseconds}`
}

const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
const SYNCHRONIZE = 0x100000
const WAIT_OBJECT_0 = 0

function onWindows(pid: number): string | undefined {
  const { OpenProcess, GetLastError, GetProcessTimes, WaitForSingleObject, CloseHandle } = kernel32()
  const handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, 0, pid)
  if (handle === NO_HANDLE) {
    // Somebody else's process: it lives, and it is none of those whose start time we could have noted.
    return GetLastError() === Win32Error.ACCESS_DENIED ? 'inaccessible' : undefined
  }
  try {
    if (WaitForSingleObject(handle, 0) === WAIT_OBJECT_0) return undefined
    const created = Buffer.alloc(8)
    const unused = Buffer.alloc(8)
    if (!GetProcessTimes(handle, created, unused, unused, unused))
      throw win32Failure(`GetProcessTimes of ${pid}`)
    return created.readBigUInt64LE().toString()
  } finally {
    CloseHandle(handle)
  }
}
