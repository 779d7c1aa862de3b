import { closeSync } from 'node:fs'
import { SignalboxError } from '../../core/contracts/index.js'
import { foreign } from '../system-library.js'
import { errno, libc } from './libc.js'
import { closeOnExec } from './pipe.js'
import { systemErrorName } from './system-error-name.js'

const isMac = process.platform === 'darwin'
const SOL_SOCKET = isMac ? 0xffff : 1
const SCM_RIGHTS = 1
const MSG_DONTWAIT = isMac ? 0x80 : 0x40
/** Linux: no moment in which a program that another thread starts could inherit them. */
const MSG_CMSG_CLOEXEC = isMac ? 0 : 0x40000000

const INT = 4
/** Of msghdr, iovec and cmsghdr (sys/socket.h, sys/uio.h). */
const MESSAGE = 56
const VECTOR = 16
const HEADER = isMac ? 12 : 16
/** Descriptors of one message, at most. */
const MOST = 2

/**
 * Hands copies of `descriptors` to the process at the other end of a Unix socket; ours stay ours. They arrive in
 * order, in messages of one byte. Follows unix(7), SCM_RIGHTS.
 * @throws SignalboxError `LIMIT_EXCEEDED` where too many are on their way; `CLOSED` where nobody is there any more; `SYSTEM`
 */
export function passDescriptors(socket: number, descriptors: readonly number[]): void {
  const control = Buffer.alloc(controlSpace(descriptors.length))
  writeLength(control, 0, controlLength(descriptors.length))
  control.writeInt32LE(SOL_SOCKET, HEADER - 2 * INT)
  control.writeInt32LE(SCM_RIGHTS, HEADER - INT)
  for (const [index, fd] of descriptors.entries()) control.writeInt32LE(fd, HEADER + index * INT)
  const message = new Message(Buffer.alloc(1), control)
  if (libc().sendmsg(socket, message.bytes, MSG_DONTWAIT) === 1) return
  const error = systemErrorName(errno())
  const why = `descriptors cannot be handed over: ${error}`
  if (error === 'EPIPE' || error === 'ECONNRESET') throw new SignalboxError('CLOSED', why)
  const full = error === 'EAGAIN' || error === 'ETOOMANYREFS' || error === 'ENOBUFS'
  throw new SignalboxError(full ? 'LIMIT_EXCEEDED' : 'SYSTEM', why)
}

/**
 * Takes the descriptors of the next message, which must have been sent: this does not wait. They are the caller's.
 * @param count how many it has
 * @throws SignalboxError `PROTOCOL_VIOLATION` where there are not as many; `SYSTEM`
 */
export function takeDescriptors(socket: number, count: number): number[] {
  const message = new Message(Buffer.alloc(1), Buffer.alloc(controlSpace(MOST)))
  const got = libc().recvmsg(socket, message.bytes, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)
  if (got < 0) {
    throw new SignalboxError('SYSTEM', `no descriptors can be taken: ${systemErrorName(errno())}`)
  }
  const { control } = message
  const bytes = Math.max(0, lengthIn(control) - HEADER)
  const taken = Array.from({ length: Math.min(bytes / INT, MOST) }, (_, index) =>
    control.readInt32LE(HEADER + index * INT),
  )
  for (const fd of taken) closeOnExec(fd)
  if (taken.length === count) return taken
  for (const fd of taken) closeSync(fd)
  throw new SignalboxError(
    'PROTOCOL_VIOLATION',
    `${taken.length} descriptors were handed over where ${count} were announced`,
  )
}

/** A msghdr, with what it points to: all of it has to live as long as the call. */
class Message {
  readonly bytes = Buffer.alloc(MESSAGE)
  readonly #vector = Buffer.alloc(VECTOR)

  constructor(
    readonly data: Buffer,
    readonly control: Buffer,
  ) {
    const { address } = foreign()
    this.#vector.writeBigUInt64LE(address(data), 0)
    this.#vector.writeBigUInt64LE(BigInt(data.length), 8)
    this.bytes.writeBigUInt64LE(address(this.#vector), 16)
    this.bytes.writeInt32LE(1, 24)
    this.bytes.writeBigUInt64LE(address(control), 32)
    this.bytes.writeInt32LE(control.length, 40)
  }
}

function controlLength(count: number): number {
  return HEADER + count * INT
}

function controlSpace(count: number): number {
  const align = isMac ? INT : 8
  return Math.ceil(controlLength(count) / align) * align
}

/** cmsg_len: a size_t on Linux, 32 bits on macOS. Neither needs more than 32. */
function writeLength(control: Buffer, at: number, length: number): void {
  control.writeInt32LE(length, at)
}

function lengthIn(control: Buffer): number {
  return control.readInt32LE(0)
}
