import { createHash } from 'node:crypto'

const HEADER = 12
/** Small ones, and such as take a while to copy. */
const SIZES = [0, 1, 100, 5000, 16_000]

/** A packet whose length and bytes follow from its number, with a digest of them. */
export function writeNumbered(number: number): Buffer {
  const packet = Buffer.alloc(HEADER + (SIZES[number % SIZES.length] ?? 0), number & 0xff)
  packet.writeUInt32LE(number)
  digestOf(packet).copy(packet, 4, 0, 8)
  return packet
}

/** The number of a packet, or undefined where one byte of it is not as it was written. */
export function readNumbered(bytes: Uint8Array): number | undefined {
  const packet = Buffer.from(bytes)
  if (packet.length < HEADER) return undefined
  const number = packet.readUInt32LE()
  const isWhole = packet.length === HEADER + (SIZES[number % SIZES.length] ?? 0)
  return isWhole && digestOf(packet).compare(packet, 4, 12, 0, 8) === 0 ? number : undefined
}

function digestOf(packet: Buffer): Buffer {
  return createHash('sha1').update(packet.subarray(0, 4)).update(packet.subarray(HEADER)).digest()
}
