import type { Socket } from 'node:net'
import { libc } from '../../native/posix/libc.js'
import { libSystem } from '../../native/posix/libsystem.js'
import { descriptorOf } from '../socket/socket-descriptor.js'

/** Who is at the other end of a Unix socket, by the kernel's word. */
export interface PosixPeer {
  /** Undefined where this process cannot see that one, in another container for example. */
  readonly pid: number | undefined
  readonly uid: number
}

/**
 * Asks for the peer of a connected socket: the process that connected, or the one that called listen.
 * @returns undefined when the socket is closed already
 */
export function posixPeerOf(socket: Socket): PosixPeer | undefined {
  const fd = descriptorOf(socket)
  if (fd === undefined) return undefined
  return process.platform === 'darwin' ? onMacOS(fd) : onLinux(fd)
}

/** Whether that peer may talk with us: the same user, or root, who could do anything anyway. */
export function isTrusted({ uid }: PosixPeer): boolean {
  return uid === process.geteuid?.() || uid === 0
}

const SOL_SOCKET = 1
/** asm/socket.h */
const SO_PEERCRED = process.arch === 'ppc64' ? 21 : 17
/** struct ucred: pid, uid, gid. */
const UCRED_SIZE = 12

function onLinux(fd: number): PosixPeer | undefined {
  const credentials = Buffer.alloc(UCRED_SIZE)
  if (libc().getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, sizeOf(credentials)) !== 0) return undefined
  return { pid: credentials.readInt32LE(0) || undefined, uid: credentials.readUInt32LE(4) }
}

/** sys/un.h */
const SOL_LOCAL = 0
const LOCAL_PEERPID = 2

function onMacOS(fd: number): PosixPeer | undefined {
  const uid = Buffer.alloc(4)
  if (libSystem().getpeereid(fd, uid, Buffer.alloc(4)) !== 0) return undefined
  const pid = Buffer.alloc(4)
  const known = libc().getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, pid, sizeOf(pid)) === 0
  return { pid: (known && pid.readInt32LE()) || undefined, uid: uid.readUInt32LE() }
}

function sizeOf(value: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(value.length)
  return size
}
