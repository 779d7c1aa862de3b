import { describe, expect, it } from 'vitest'
import { sharedSectionImage } from '../../../src/transports/dll/pe-image.js'
import { readImage } from './pe-reader.js'

const question = { fileName: 'orders.dll', symbol: 'shared', bytes: 70_000, machine: 'x64' } as const
const file = sharedSectionImage(question)
const image = readImage(file)

describe('a library with a shared section', () => {
  it('says in its headers that it is a 64-bit library without code, which may lie anywhere', () => {
    expect(image.dosMagic).toBe('MZ')
    expect(image.signature).toBe(0x4550)
    expect(image.coff).toEqual({
      machine: 0x8664,
      timeDateStamp: 0,
      symbols: [0, 0],
      optionalHeader: 240,
      characteristics: 0x2022,
    })
    expect(image.optional).toEqual({
      magic: 0x20b,
      code: [0, 0],
      initializedData: 0x400,
      uninitializedData: 70_144,
      entryPoint: 0,
      imageBase: 0x1_8000_0000,
      alignment: [0x1000, 0x200],
      systemVersion: [6, 0],
      imageVersion: [0, 0],
      subsystemVersion: [6, 0],
      win32Version: 0,
      image: 0x2000 + 0x12000 + 0x1000,
      headers: 0x200,
      checksum: expect.any(Number),
      subsystem: 2,
      dllCharacteristics: 0x160,
      stackAndHeap: [0, 0, 0, 0],
      loaderFlags: 0,
      directories: 16,
    })
  })

  it('has three sections, of which one is shared, can be written and is not in the file', () => {
    const none = { relocations: [0, 0], lineNumbers: [0, 0] }
    expect(image.sections).toEqual([
      {
        ...none,
        name: '.rdata',
        virtualSize: 68,
        rva: 0x1000,
        rawSize: 0x200,
        rawAt: 0x200,
        characteristics: 0x40000040,
      },
      {
        ...none,
        name: '.shared',
        virtualSize: 70_000,
        rva: 0x2000,
        rawSize: 0,
        rawAt: 0,
        characteristics: 0xd0000080,
      },
      {
        ...none,
        name: '.reloc',
        virtualSize: 12,
        rva: 0x14000,
        rawSize: 0x200,
        rawAt: 0x400,
        characteristics: 0x42000040,
      },
    ])
    expect(file.length).toBe(0x600)
  })

  it('exports the shared section by its name, and relocates nothing', () => {
    expect(image.exports).toEqual({
      flags: 0,
      timeDateStamp: 0,
      version: [0, 0],
      name: 'orders.dll',
      ordinalBase: 1,
      entries: [1, 1],
      address: 0x2000,
      symbol: 'shared',
      ordinal: 0,
    })
    expect(image.relocations).toEqual({ page: 0x1000, size: 12, entries: [0, 0] })
    const used = image.directories.flatMap(({ rva }, number) => (rva === 0 ? [] : [number]))
    expect(used).toEqual([0, 5])
    expect([image.directories[0]?.size, image.directories[5]?.size]).toEqual([68, 12])
  })

  it('carries the checksum of its words', () => {
    let sum = 0
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
    for (let at = 0; at < file.length; at += 2) {
      const isChecksum = at >= image.checksumAt && at < image.checksumAt + 4
      sum += isChecksum ? 0 : view.getUint16(at, true)
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
    expect(image.optional.checksum).toBe(sum + file.length)
  })

  it('is the same to the last byte for the same question, and for each processor another one', () => {
    expect(Buffer.compare(sharedSectionImage({ ...question }), file)).toBe(0)
    expect(readImage(sharedSectionImage({ ...question, machine: 'arm64' })).coff.machine).toBe(0xaa64)
  })

  it('has room for names of any length', () => {
    const long = { ...question, fileName: `${'x'.repeat(5000)}.dll`, symbol: 'y'.repeat(300) }
    const { exports, sections } = readImage(sharedSectionImage(long))
    expect([exports.name, exports.symbol]).toEqual([long.fileName, long.symbol])
    expect(exports.address).toBe(sections[1]?.rva)
  })

  it.each([0, -1, 1.5, 2 ** 31])('refuses a section of %d bytes', bytes => {
    expect(() => sharedSectionImage({ ...question, bytes })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
  })
})
