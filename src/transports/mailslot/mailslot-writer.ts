import { SignalboxError } from '../../core/contracts/index.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  NO_HANDLE,
  Win32Error,
  win32Failure,
} from '../../native/win32/kernel32.js'
import { Overlapped } from '../../native/win32/overlapped.js'
import { isTrustedSid, ownerSidOf } from '../../native/win32/user-sid.js'
import { Doorbell } from './doorbell.js'
import { DEFAULT_MAX_MESSAGE } from './mailslot.js'
import { isClaimed } from './slot-claim.js'
import { slotPathOf } from './slot-name.js'

/** Options of {@link MailslotWriter.open}. */
export interface MailslotWriterOptions {
  /**
   * Bytes of the largest message. The reader's own maximum cannot be asked for.
   * @default 65536
   */
  readonly maxMessage?: number
  /**
   * Whose slot it may be: any program's, or only one that a {@link Mailslot} of this user or of an
   * administrator reads at this moment.
   * @default 'anybody'
   */
  readonly reader?: 'anybody' | 'signalbox'
}

const GENERIC_WRITE = 0x40000000
const FILE_SHARE_ALL = 3
const OPEN_EXISTING = 3
/** A full slot would otherwise block this thread, even when its reader is dead. */
const FILE_FLAG_OVERLAPPED = 0x40000000

/**
 * Writes messages to a mailslot of this machine, of whatever program. Follows CreateFileW and WriteFile.
 *
 * Under Wine an open writer keeps the name of a dead reader taken, and nothing tells it that the reader is
 * gone: keep none open for long without need.
 *
 * @example
 * ```ts
 * const writer = MailslotWriter.open('orders')
 * if (writer.write(Buffer.from('one coffee')) === 'full') console.log('nobody reads')
 * writer.close()
 * ```
 */
export class MailslotWriter {
  /** `\\.\mailslot\orders` */
  readonly path: string
  readonly maxMessage: number
  readonly #slot: Handle
  readonly #overlapped: Overlapped
  readonly #bell: Doorbell | undefined
  readonly #count = Buffer.alloc(4)
  #closed = false

  private constructor(path: string, maxMessage: number, slot: Handle, overlapped: Overlapped) {
    this.path = path
    this.maxMessage = maxMessage
    this.#slot = slot
    this.#overlapped = overlapped
    this.#bell = Doorbell.open(path)
  }

  /**
   * @param name without `\\.\mailslot\`
   * @throws SignalboxError `ADDRESS_INVALID`, `NO_LISTENER`, `ACCESS_DENIED`, `SYSTEM`; `TRANSPORT_UNAVAILABLE`
   * where there is no Windows
   */
  static open(name: string, options: MailslotWriterOptions = {}): MailslotWriter {
    const { maxMessage = DEFAULT_MAX_MESSAGE, reader = 'anybody' } = options
    const path = slotPathOf(name)
    const slot = openSlot(path)
    try {
      if (reader === 'signalbox') requireOwnReader(path, slot)
      return new MailslotWriter(path, maxMessage, slot, new Overlapped())
    } catch (error) {
      kernel32().CloseHandle(slot)
      throw error
    }
  }

  /**
   * Writes a message, or nothing when the slot is full; it never waits. The bytes are the caller's again when
   * it returns.
   * @throws SignalboxError `FRAME_TOO_LARGE`, `NO_LISTENER` when the slot is gone, `CLOSED`, `SYSTEM`
   */
  write(message: Uint8Array): 'sent' | 'full' {
    const { WriteFile, CancelIoEx, GetOverlappedResult, GetLastError } = kernel32()
    if (this.#closed) throw new SignalboxError('CLOSED', `${this.path}: this writer is closed`)
    if (message.length > this.maxMessage) {
      throw new SignalboxError(
        'FRAME_TOO_LARGE',
        `${this.path}: a message of ${message.length} B is over the ${this.maxMessage} B it takes; send it in pieces`,
      )
    }
    const { memory } = this.#overlapped
    if (!WriteFile(this.#slot, message, message.length, null, memory)) {
      const code = GetLastError()
      if (code !== Win32Error.IO_PENDING) throw this.#failure(code)
      // What does not fit now is taken back. Room may have come in between, and then it has left.
      CancelIoEx(this.#slot, memory)
      if (!GetOverlappedResult(this.#slot, memory, this.#count, 1)) {
        const outcome = GetLastError()
        if (outcome === Win32Error.OPERATION_ABORTED) return 'full'
        throw this.#failure(outcome)
      }
    }
    this.#bell?.ring()
    return 'sent'
  }

  /** What was written stays in the slot. Harmless twice. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    kernel32().CloseHandle(this.#slot)
    this.#overlapped.free()
    this.#bell?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #failure(code: number): SignalboxError {
    if (code === Win32Error.BROKEN_PIPE || code === Win32Error.HANDLE_EOF) return nobodyReads(this.path)
    return win32Failure(`WriteFile to ${this.path}`, code)
  }
}

function openSlot(path: string): Handle {
  const { CreateFileW, GetLastError } = kernel32()
  const slot = CreateFileW(
    path,
    GENERIC_WRITE,
    FILE_SHARE_ALL,
    null,
    OPEN_EXISTING,
    FILE_FLAG_OVERLAPPED,
    NO_HANDLE,
  )
  if (slot !== INVALID_HANDLE) return slot
  const code = GetLastError()
  if (code === Win32Error.FILE_NOT_FOUND) throw nobodyReads(path)
  throw win32Failure(`CreateFileW of ${path}`, code)
}

function requireOwnReader(path: string, slot: Handle): void {
  if (!isClaimed(path)) throw nobodyReads(path)
  const owner = ownerSidOf(slot)
  // Wine says of no mailslot whose it is.
  if (owner !== undefined && !isTrustedSid(owner)) {
    throw new SignalboxError('ACCESS_DENIED', `${path}: user ${owner} reads it, not this user`)
  }
}

function nobodyReads(path: string): SignalboxError {
  return new SignalboxError('NO_LISTENER', `${path}: nobody reads it; start its owner`)
}
