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
import { LARGEST_TO_GROUP } from './capabilities.js'
import { Doorbell } from './doorbell.js'
import { DEFAULT_MAX_MESSAGE } from './mailslot.js'
import { claimOn, type SlotClaim } from './slot-claim.js'
import { slotPathOf } from './slot-name.js'

/** Options of {@link MailslotWriter.open}. */
export interface MailslotWriterOptions {
  /**
   * Bytes of the largest message, where the reader takes no less. A {@link Mailslot} says what it takes; of the slot of
   * a foreign program, and of a group, nobody can tell.
   * @default what the reader takes; 65536 where it does not say so, and 400 for a group
   */
  readonly maxMessage?: number
  /**
   * Whose slots: `.` is this machine's, `*` those of all machines of this domain, and any other name those of the domain
   * or machine of that name. Messages to a group are datagrams, which may get lost.
   * @default '.'
   */
  readonly host?: string
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
/** ms for which what was known of a reader is believed. */
const BELIEVED = 50
/** A full slot would otherwise block this thread, even when its reader is dead. */
const FILE_FLAG_OVERLAPPED = 0x40000000

/**
 * Writes messages to a mailslot, of whatever program. Follows CreateFileW and WriteFile.
 *
 * Of a {@link Mailslot} it learns the largest message, and that the reader is gone. Of a foreign reader Windows tells
 * the latter. Wine does not, and there an open writer keeps the name of a dead reader taken: keep none open for long
 * without need.
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
  /** When the reader was known to live, where that can be known at all. */
  #known: number | undefined
  #closed = false

  private constructor(
    path: string,
    maxMessage: number,
    own: { slot: Handle; overlapped: Overlapped; claimed: boolean },
  ) {
    this.path = path
    this.maxMessage = maxMessage
    this.#slot = own.slot
    this.#overlapped = own.overlapped
    this.#bell = own.claimed ? Doorbell.open(path) : undefined
    this.#known = own.claimed ? performance.now() : undefined
  }

  /**
   * @param name without `\\.\mailslot\`
   * @throws SignalboxError `ADDRESS_INVALID`, `NO_LISTENER`, `ACCESS_DENIED`, `SYSTEM`; `TRANSPORT_UNAVAILABLE`
   * where there is no Windows, or none that carries messages to other machines
   */
  static open(name: string, options: MailslotWriterOptions = {}): MailslotWriter {
    const { host = '.', reader = 'anybody' } = options
    const path = slotPathOf(name, host)
    const slot = openSlot(path)
    try {
      const claim = claimOn(path)
      if (reader === 'signalbox') requireOwnReader(path, slot, claim)
      const usual = claim?.maxMessage ?? (host === '.' ? DEFAULT_MAX_MESSAGE : LARGEST_TO_GROUP)
      const maxMessage = Math.min(options.maxMessage ?? usual, claim?.maxMessage ?? Number.POSITIVE_INFINITY)
      const overlapped = new Overlapped()
      return new MailslotWriter(path, maxMessage, { slot, overlapped, claimed: claim !== undefined })
    } catch (error) {
      kernel32().CloseHandle(slot)
      throw error
    }
  }

  /**
   * Writes a message, or nothing when the slot is full; it never waits. The bytes are the caller's again when
   * it returns.
   * @throws SignalboxError `FRAME_TOO_LARGE`; `NO_LISTENER` when the reader is gone, which is noticed within 50 ms;
   * `CLOSED`, `SYSTEM`
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
    this.#requireReader()
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

  /** A slot takes what nobody will read, under Wine, as long as this very writer has it open. */
  #requireReader(): void {
    if (this.#known === undefined) return
    const now = performance.now()
    if (now - this.#known < BELIEVED) return
    if (claimOn(this.path) === undefined) throw nobodyReads(this.path)
    this.#known = now
  }

  #failure(code: number): SignalboxError {
    if (code === Win32Error.BROKEN_PIPE || code === Win32Error.HANDLE_EOF) return nobodyReads(this.path)
    if (REFUSED_SIZES.has(code)) {
      return new SignalboxError('FRAME_TOO_LARGE', `${this.path}: its reader takes no message of that size`)
    }
    return win32Failure(`WriteFile to ${this.path}`, code)
  }
}

/** How Windows refuses what is over the maximum of a foreign reader is written nowhere; these are what would fit. */
const REFUSED_SIZES = new Set<number>([
  Win32Error.BAD_LENGTH,
  Win32Error.INVALID_PARAMETER,
  Win32Error.INSUFFICIENT_BUFFER,
])

/** How a system says that it does not carry mailslots to other machines. */
const NOT_CARRIED = new Set<number>([
  Win32Error.PATH_NOT_FOUND,
  Win32Error.NOT_SUPPORTED,
  Win32Error.BAD_NETPATH,
  Win32Error.BAD_NET_NAME,
])

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
  if (NOT_CARRIED.has(code)) {
    throw new SignalboxError(
      'TRANSPORT_UNAVAILABLE',
      `${path}: this system carries no mailslots to other machines (Win32 error ${code}): Wine never does, and Windows 11 from 24H2 on does when it is told to`,
    )
  }
  throw win32Failure(`CreateFileW of ${path}`, code)
}

function requireOwnReader(path: string, slot: Handle, claim: SlotClaim | undefined): void {
  if (claim === undefined) throw nobodyReads(path)
  const owner = ownerSidOf(slot)
  // Wine says of no mailslot whose it is.
  if (owner !== undefined && !isTrustedSid(owner)) {
    throw new SignalboxError('ACCESS_DENIED', `${path}: user ${owner} reads it, not this user`)
  }
}

function nobodyReads(path: string): SignalboxError {
  return new SignalboxError('NO_LISTENER', `${path}: nobody reads it; start its owner`)
}
