/** Reads a library for 64-bit Windows by Microsoft's "PE Format", with nothing of what writes one. */
export function readImage(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const u16 = (at: number) => view.getUint16(at, true)
  const u32 = (at: number) => view.getUint32(at, true)
  const u64 = (at: number) => Number(view.getBigUint64(at, true))
  const text = (at: number) => {
    const end = file.indexOf(0, at)
    return Buffer.from(file.subarray(at, end)).toString('latin1')
  }
  const pe = u32(0x3c)
  const coff = pe + 4
  const optional = coff + 20
  const table = optional + u16(coff + 16)
  const directory = (number: number) => ({
    rva: u32(optional + 112 + 8 * number),
    size: u32(optional + 116 + 8 * number),
  })
  const sections = Array.from({ length: u16(coff + 2) }, (_, number) => {
    const at = table + 40 * number
    return {
      name: Buffer.from(file.subarray(at, at + 8))
        .toString('latin1')
        .replace(/\0+$/, ''),
      virtualSize: u32(at + 8),
      rva: u32(at + 12),
      rawSize: u32(at + 16),
      rawAt: u32(at + 20),
      relocations: [u32(at + 24), u16(at + 32)],
      lineNumbers: [u32(at + 28), u16(at + 34)],
      characteristics: u32(at + 36),
    }
  })
  const offsetOf = (rva: number) => {
    const section = sections.find(({ rva: start, rawSize }) => rva >= start && rva < start + rawSize)
    if (section === undefined) throw new Error(`nothing in the file is at ${rva}`)
    return section.rawAt + rva - section.rva
  }
  const exported = offsetOf(directory(0).rva)
  const relocated = offsetOf(directory(5).rva)
  return {
    dosMagic: text(0).slice(0, 2),
    signature: u32(pe),
    coff: {
      machine: u16(coff),
      timeDateStamp: u32(coff + 4),
      symbols: [u32(coff + 8), u32(coff + 12)],
      optionalHeader: u16(coff + 16),
      characteristics: u16(coff + 18),
    },
    optional: {
      magic: u16(optional),
      code: [u32(optional + 4), u32(optional + 20)],
      initializedData: u32(optional + 8),
      uninitializedData: u32(optional + 12),
      entryPoint: u32(optional + 16),
      imageBase: u64(optional + 24),
      alignment: [u32(optional + 32), u32(optional + 36)],
      systemVersion: [u16(optional + 40), u16(optional + 42)],
      imageVersion: [u16(optional + 44), u16(optional + 46)],
      subsystemVersion: [u16(optional + 48), u16(optional + 50)],
      win32Version: u32(optional + 52),
      image: u32(optional + 56),
      headers: u32(optional + 60),
      checksum: u32(optional + 64),
      subsystem: u16(optional + 68),
      dllCharacteristics: u16(optional + 70),
      stackAndHeap: [72, 80, 88, 96].map(at => u64(optional + at)),
      loaderFlags: u32(optional + 104),
      directories: u32(optional + 108),
    },
    directories: Array.from({ length: 16 }, (_, number) => directory(number)),
    sections,
    exports: {
      flags: u32(exported),
      timeDateStamp: u32(exported + 4),
      version: [u16(exported + 8), u16(exported + 10)],
      name: text(offsetOf(u32(exported + 12))),
      ordinalBase: u32(exported + 16),
      entries: [u32(exported + 20), u32(exported + 24)],
      address: u32(offsetOf(u32(exported + 28))),
      symbol: text(offsetOf(u32(offsetOf(u32(exported + 32))))),
      ordinal: u16(offsetOf(u32(exported + 36))),
    },
    relocations: {
      page: u32(relocated),
      size: u32(relocated + 4),
      entries: [u16(relocated + 8), u16(relocated + 10)],
    },
    checksumAt: optional + 64,
  }
}
