import { ByteReader, ByteWriter } from '../link/index.js'

/** The place of a value among those that a state had. */
export interface Version {
  /** When its owner began to own it, in milliseconds since 1970: the later owner is believed. */
  readonly epoch: number
  /** Which life of which node owns it; decides between two that began at once. */
  readonly owner: string
  /** Counts the owner's values. */
  readonly count: number
}

/** Whether a value of version `a` replaces one of version `b`. */
export function isNewer(a: Version, b: Version): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch
  if (a.owner !== b.owner) return a.owner > b.owner
  return a.count > b.count
}

/** What goes beside a state's value: its key, as JSON, and its version. */
export function writeVersion(key: string, { epoch, owner, count }: Version): Uint8Array {
  return new ByteWriter().text(key).varint(epoch).text(owner).varint(count).done()
}

/** Reads what stands beside a state's value. @throws SignalboxError `PROTOCOL_VIOLATION` */
export function readVersion(note: Uint8Array): { readonly key: string; readonly version: Version } {
  const input = new ByteReader(note)
  const key = input.text(1024)
  const version = { epoch: input.varint(), owner: input.text(64), count: input.varint() }
  input.end()
  return { key, version }
}
