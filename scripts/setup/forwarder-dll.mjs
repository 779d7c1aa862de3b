// Builds a Windows DLL (PE32+, x64) that holds nothing but forwarded exports, so that no compiler is
// needed for one. Offsets are those of Microsoft's "PE Format" specification.

const headerSize = 0x200
const fileAlignment = 0x200
const sectionAlignment = 0x1000
/** Where the only section is loaded, relative to the image base. */
const sectionAddress = 0x1000

const peOffset = 0x40
const coffOffset = peOffset + 4
const optionalOffset = coffOffset + 20
const optionalSize = 240
const sectionOffset = optionalOffset + optionalSize

/**
 * @param {string} name the DLL's own name
 * @param {Record<string, string>} forwards exported name -> `library.function`
 * @returns {Buffer} the file
 */
export function forwarderDll(name, forwards) {
  const exports = exportSection(name, forwards)
  const contents = Buffer.alloc(alignedTo(fileAlignment, exports.length))
  exports.copy(contents)
  return Buffer.concat([headers(exports.length, contents.length), contents])
}

/**
 * The export directory, its three tables, then the strings they point at. An address that points
 * into the section itself makes an export a forwarder.
 * @param {string} name
 * @param {Record<string, string>} forwards
 */
function exportSection(name, forwards) {
  const directorySize = 40
  // The loader searches the names by bisection.
  const names = Object.keys(forwards).sort()
  const addressTable = directorySize
  const nameTable = addressTable + names.length * 4
  const ordinalTable = nameTable + names.length * 4
  const tables = Buffer.alloc(ordinalTable + names.length * 2)

  let strings = Buffer.alloc(0)
  /** @param {string} text */
  const addressOf = text => {
    const address = sectionAddress + tables.length + strings.length
    strings = Buffer.concat([strings, Buffer.from(`${text}\0`, 'latin1')])
    return address
  }

  tables.writeUInt32LE(addressOf(name), 12)
  tables.writeUInt32LE(1, 16) // the first ordinal
  tables.writeUInt32LE(names.length, 20)
  tables.writeUInt32LE(names.length, 24)
  tables.writeUInt32LE(sectionAddress + addressTable, 28)
  tables.writeUInt32LE(sectionAddress + nameTable, 32)
  tables.writeUInt32LE(sectionAddress + ordinalTable, 36)
  names.forEach((exported, index) => {
    tables.writeUInt32LE(addressOf(forwards[exported] ?? ''), addressTable + index * 4)
    tables.writeUInt32LE(addressOf(exported), nameTable + index * 4)
    tables.writeUInt16LE(index, ordinalTable + index * 2)
  })
  return Buffer.concat([tables, strings])
}

/**
 * @param {number} size of the section in memory
 * @param {number} sizeInFile
 */
function headers(size, sizeInFile) {
  const header = Buffer.alloc(headerSize)
  header.write('MZ', 0, 'latin1')
  header.writeUInt32LE(peOffset, 0x3c)
  header.write('PE\0\0', peOffset, 'latin1')

  header.writeUInt16LE(0x8664, coffOffset) // x64
  header.writeUInt16LE(1, coffOffset + 2) // sections
  header.writeUInt16LE(optionalSize, coffOffset + 16)
  header.writeUInt16LE(0x2022, coffOffset + 18) // executable, large addresses, DLL

  header.writeUInt16LE(0x20b, optionalOffset) // PE32+
  header.writeUInt32LE(sizeInFile, optionalOffset + 8) // initialised data
  header.writeBigUInt64LE(0x180000000n, optionalOffset + 24) // image base
  header.writeUInt32LE(sectionAlignment, optionalOffset + 32)
  header.writeUInt32LE(fileAlignment, optionalOffset + 36)
  header.writeUInt16LE(6, optionalOffset + 40) // operating system version
  header.writeUInt16LE(6, optionalOffset + 48) // subsystem version
  header.writeUInt32LE(sectionAddress + alignedTo(sectionAlignment, size), optionalOffset + 56) // image size
  header.writeUInt32LE(headerSize, optionalOffset + 60)
  header.writeUInt16LE(3, optionalOffset + 68) // console
  header.writeUInt16LE(0x0140, optionalOffset + 70) // no-execute, relocatable
  header.writeBigUInt64LE(0x100000n, optionalOffset + 72) // stack reserved and committed
  header.writeBigUInt64LE(0x1000n, optionalOffset + 80)
  header.writeBigUInt64LE(0x100000n, optionalOffset + 88) // heap reserved and committed
  header.writeBigUInt64LE(0x1000n, optionalOffset + 96)
  header.writeUInt32LE(16, optionalOffset + 108) // data directories; the first is the exports'
  header.writeUInt32LE(sectionAddress, optionalOffset + 112)
  header.writeUInt32LE(size, optionalOffset + 116)

  header.write('.rdata', sectionOffset, 'latin1')
  header.writeUInt32LE(size, sectionOffset + 8)
  header.writeUInt32LE(sectionAddress, sectionOffset + 12)
  header.writeUInt32LE(sizeInFile, sectionOffset + 16)
  header.writeUInt32LE(headerSize, sectionOffset + 20) // where it stands in the file
  header.writeUInt32LE(0x40000040, sectionOffset + 36) // initialised data, readable
  return header
}

/**
 * @param {number} alignment
 * @param {number} size
 */
const alignedTo = (alignment, size) => Math.ceil(size / alignment) * alignment
