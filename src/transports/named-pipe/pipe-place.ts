import { aborted, SignalboxError } from '../../core/contracts/index.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  NO_HANDLE,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { OverlappedIo } from '../../native/win32/overlapped-io.js'

/** FILE_READ_ATTRIBUTES and SYNCHRONIZE. */
const ACCESS = 0x80 | 0x100000
const FILE_SHARE_ALL = 3
const OPEN_EXISTING = 3
const FILE_FLAG_OVERLAPPED = 0x40000000
/** The control code that WaitNamedPipeW is made of (ntifs.h). */
const FSCTL_PIPE_WAIT = 0x110018
/** FILE_PIPE_WAIT_FOR_BUFFER: the time, the bytes of the name, whether the time counts, and the name. */
const Request = { TIME: 0, NAME_BYTES: 8, TIME_COUNTS: 12, NAME: 14 } as const
/** Relative times are negative, in units of 100 ns. */
const PER_MILLISECOND = -10_000

/** What {@link awaitPlace} waits for. */
export interface PlaceWait {
  readonly path: string
  readonly host: string
  readonly name: string
  /** ms, at most. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

/**
 * Waits until a server of a pipe has a place for one more client, as WaitNamedPipeW does, and without a thread that
 * blocks. Somebody else may take the place first.
 * @throws SignalboxError `NO_LISTENER` where there is no such pipe; `TIMEOUT`, `ABORTED`, `SYSTEM`
 */
export function awaitPlace(wait: PlaceWait): Promise<void> {
  const { path, host, signal } = wait
  const device = openDevice(`\\\\${host}\\pipe\\`)
  const operation = new OverlappedIo(device)
  const place = asked(device, operation, wait).finally(() => {
    operation.free()
    kernel32().CloseHandle(device)
  })
  if (signal === undefined) return place
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      // Under Wine, this wait cannot be cancelled, and ends with its time.
      operation.cancel()
      reject(aborted(`wait for ${path}`, signal))
    }
    signal.addEventListener('abort', giveUp)
    place.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

async function asked(device: Handle, operation: OverlappedIo, wait: PlaceWait): Promise<void> {
  const { DeviceIoControl } = kernel32()
  const { path, name, timeout } = wait
  const request = requestFor(name, timeout)
  const { code } = await operation.run(overlapped =>
    DeviceIoControl(device, FSCTL_PIPE_WAIT, request, request.length, null, 0, null, overlapped),
  )
  if (code !== 0) throw waitFailure(path, timeout, code)
}

function openDevice(folder: string): Handle {
  const device = kernel32().CreateFileW(
    folder,
    ACCESS,
    FILE_SHARE_ALL,
    null,
    OPEN_EXISTING,
    FILE_FLAG_OVERLAPPED,
    NO_HANDLE,
  )
  if (device === INVALID_HANDLE) throw win32Failure(`CreateFileW of ${folder}`)
  return device
}

function requestFor(name: string, milliseconds: number): Buffer {
  const text = Buffer.from(name, 'utf16le')
  // It stays in place while the system reads it: V8 moves small memory that it manages itself.
  const request = Buffer.from(new ArrayBuffer(Request.NAME + text.length))
  request.writeBigInt64LE(BigInt(Math.ceil(milliseconds) * PER_MILLISECOND), Request.TIME)
  request.writeUInt32LE(text.length, Request.NAME_BYTES)
  request.writeUInt8(1, Request.TIME_COUNTS)
  text.copy(request, Request.NAME)
  return request
}

function waitFailure(path: string, milliseconds: number, code: number): SignalboxError {
  switch (code) {
    case Win32Error.FILE_NOT_FOUND:
      return new SignalboxError('NO_LISTENER', `${path}: there is no such pipe; start its server`)
    case Win32Error.SEM_TIMEOUT:
      return new SignalboxError(
        'TIMEOUT',
        `${path}: its server had no place in ${Math.ceil(milliseconds)} ms`,
      )
    default:
      return win32Failure(`waiting for ${path}`, code)
  }
}
