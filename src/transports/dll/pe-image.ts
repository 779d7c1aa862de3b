import { SignalboxError } from '../../core/contracts/index.js'

/** What {@link sharedSectionImage} writes. */
export interface SharedSectionImage {
  /** What the library calls itself: `orders.dll`. */
  readonly fileName: string
  /** The exported name of the first shared byte. */
  readonly symbol: string
  /** Bytes of the shared section; they are zeros when the first process loads it, and not in the file. */
  readonly bytes: number
  /** The processor of the processes that load it. */
  readonly machine: keyof typeof Machine
}

/** A field of a header: its name in Microsoft's "PE Format", its bytes, its value. */
type Field = readonly [name: string, bytes: 1 | 2 | 4 | 8, value: number]

/** A section as its header and its content say it. */
interface Section {
  readonly name: string
  readonly rva: number
  /** Bytes in memory. */
  readonly bytes: number
  /** What of it is in the file. */
  readonly content: Uint8Array
  readonly characteristics: number
}

/** IMAGE_FILE_MACHINE_*: a library is for one processor, also when it has no code. */
const Machine = { x64: 0x8664, arm64: 0xaa64 } as const

/** IMAGE_FILE_*: it can be run, is not limited to addresses below 2 GiB, and is a library. */
const FILE_CHARACTERISTICS = 0x0002 | 0x0020 | 0x2000
/** IMAGE_DLLCHARACTERISTICS_*: any 64-bit address will do (without that, loading it twice at one place fails), and no page of data is run. */
const DLL_CHARACTERISTICS = 0x0020 | 0x0040 | 0x0100

/** IMAGE_SCN_*: what a section has, and what may be done with it. */
const Has = { INITIALIZED_DATA: 0x40, UNINITIALIZED_DATA: 0x80 } as const
const May = { DISCARD: 0x02000000, SHARE: 0x10000000, READ: 0x40000000, WRITE: 0x80000000 } as const

const PAGE = 0x1000
const FILE_BLOCK = 0x200
/** The preferred address, a multiple of 64 KiB; the system chooses another one. */
const IMAGE_BASE = 0x1_8000_0000
/** A DOS header without a program: only the position of what follows counts. */
const DOS_HEADER = 64
const SIGNATURE = 4
const COFF_HEADER = 20
const OPTIONAL_HEADER = 240
const SECTION_HEADER = 40
const DIRECTORIES = 16
const CHECKSUM_AT = DOS_HEADER + SIGNATURE + COFF_HEADER + 64
const EXPORT_DIRECTORY = 40
const LARGEST = 0x4000_0000

/** Where a symbol is exported by which name; the reader of exports needs two tables besides. */
const EXPORT_TABLES = {
  addresses: EXPORT_DIRECTORY,
  names: EXPORT_DIRECTORY + 4,
  ordinals: EXPORT_DIRECTORY + 8,
}
const EXPORT_TEXTS = EXPORT_DIRECTORY + 10

/**
 * A library for 64-bit Windows (PE32+) that has no code, and one section that all processes share that load the
 * same file. The same bytes for the same question, so that a file can be compared with what it should be.
 * Source: Microsoft, "PE Format".
 * @throws SignalboxError `LIMIT_EXCEEDED` for more than 1 GiB, or no bytes at all
 */
export function sharedSectionImage(image: SharedSectionImage): Uint8Array {
  if (!Number.isSafeInteger(image.bytes) || image.bytes <= 0 || image.bytes > LARGEST) {
    const why = `a shared section has from 1 to ${LARGEST} B, and not ${image.bytes}`
    throw new SignalboxError('LIMIT_EXCEEDED', `${image.fileName}: ${why}`)
  }
  const sections = sectionsOf(image)
  const headers = aligned(
    DOS_HEADER + SIGNATURE + COFF_HEADER + OPTIONAL_HEADER + SECTION_HEADER * sections.length,
    FILE_BLOCK,
  )
  const file = Buffer.alloc(headers + sum(sections.map(inFile)))
  file.write('MZ', 0, 'latin1')
  file.writeUInt32LE(DOS_HEADER, 60) // e_lfanew: where the signature is
  file.write('PE\0\0', DOS_HEADER, 'latin1')
  let at = write(file, DOS_HEADER + SIGNATURE, coffHeader(image, sections))
  at = write(file, at, optionalHeader(sections, headers))
  let content = headers
  for (const section of sections) {
    file.write(section.name, at, 8, 'latin1')
    at = write(file, at + 8, sectionHeader(section, content))
    file.set(section.content, content)
    content += inFile(section)
  }
  file.writeUInt32LE(checksumOf(file), CHECKSUM_AT)
  return file
}

function sectionsOf({ fileName, symbol, bytes }: SharedSectionImage): Section[] {
  const exportsAt = PAGE
  const texts = aligned(EXPORT_TEXTS + fileName.length + symbol.length + 2, 4)
  const sharedAt = exportsAt + aligned(texts, PAGE)
  const relocations = relocationBlock(exportsAt)
  return [
    {
      name: '.rdata',
      rva: exportsAt,
      bytes: texts,
      content: exportTable(fileName, symbol, exportsAt, sharedAt, texts),
      characteristics: Has.INITIALIZED_DATA + May.READ,
    },
    {
      name: '.shared',
      rva: sharedAt,
      bytes,
      content: new Uint8Array(0),
      characteristics: Has.UNINITIALIZED_DATA + May.SHARE + May.READ + May.WRITE,
    },
    {
      name: '.reloc',
      rva: sharedAt + aligned(bytes, PAGE),
      bytes: relocations.length,
      content: relocations,
      characteristics: Has.INITIALIZED_DATA + May.DISCARD + May.READ,
    },
  ]
}

function coffHeader({ machine }: SharedSectionImage, sections: readonly Section[]): Field[] {
  return [
    ['Machine', 2, Machine[machine]],
    ['NumberOfSections', 2, sections.length],
    ['TimeDateStamp', 4, 0], // the same file whenever it is made
    ['PointerToSymbolTable', 4, 0],
    ['NumberOfSymbols', 4, 0],
    ['SizeOfOptionalHeader', 2, OPTIONAL_HEADER],
    ['Characteristics', 2, FILE_CHARACTERISTICS],
  ]
}

function optionalHeader(sections: readonly Section[], headers: number): Field[] {
  const [exported, , relocations] = sections
  const uninitialized = sections.filter(({ content }) => content.length === 0)
  const end = Math.max(...sections.map(({ rva, bytes }) => rva + bytes))
  return [
    ['Magic', 2, 0x20b], // PE32+
    ['MajorLinkerVersion', 1, 1],
    ['MinorLinkerVersion', 1, 0],
    ['SizeOfCode', 4, 0],
    ['SizeOfInitializedData', 4, sum(sections.map(inFile))],
    ['SizeOfUninitializedData', 4, aligned(sum(uninitialized.map(({ bytes }) => bytes)), FILE_BLOCK)],
    ['AddressOfEntryPoint', 4, 0], // no DllMain: nothing of it ever runs
    ['BaseOfCode', 4, 0],
    ['ImageBase', 8, IMAGE_BASE],
    ['SectionAlignment', 4, PAGE],
    ['FileAlignment', 4, FILE_BLOCK],
    ['MajorOperatingSystemVersion', 2, 6],
    ['MinorOperatingSystemVersion', 2, 0],
    ['MajorImageVersion', 2, 0],
    ['MinorImageVersion', 2, 0],
    ['MajorSubsystemVersion', 2, 6],
    ['MinorSubsystemVersion', 2, 0],
    ['Win32VersionValue', 4, 0],
    ['SizeOfImage', 4, aligned(end, PAGE)],
    ['SizeOfHeaders', 4, headers],
    ['CheckSum', 4, 0], // of the finished file
    ['Subsystem', 2, 2], // IMAGE_SUBSYSTEM_WINDOWS_GUI, which means nothing for a library
    ['DllCharacteristics', 2, DLL_CHARACTERISTICS],
    ['SizeOfStackReserve', 8, 0],
    ['SizeOfStackCommit', 8, 0],
    ['SizeOfHeapReserve', 8, 0],
    ['SizeOfHeapCommit', 8, 0],
    ['LoaderFlags', 4, 0],
    ['NumberOfRvaAndSizes', 4, DIRECTORIES],
    ...directories(
      new Map([
        [0, exported],
        [5, relocations],
      ]),
    ),
  ]
}

/** The data directories: Export Table is number 0, Base Relocation Table number 5. */
function directories(used: ReadonlyMap<number, Section | undefined>): Field[] {
  return Array.from({ length: DIRECTORIES }, (_, number) => used.get(number)).flatMap((section): Field[] => [
    ['VirtualAddress', 4, section?.rva ?? 0],
    ['Size', 4, section?.bytes ?? 0],
  ])
}

function sectionHeader(section: Section, content: number): Field[] {
  const size = inFile(section)
  return [
    ['VirtualSize', 4, section.bytes],
    ['VirtualAddress', 4, section.rva],
    ['SizeOfRawData', 4, size],
    ['PointerToRawData', 4, size === 0 ? 0 : content],
    ['PointerToRelocations', 4, 0],
    ['PointerToLinenumbers', 4, 0],
    ['NumberOfRelocations', 2, 0],
    ['NumberOfLinenumbers', 2, 0],
    ['Characteristics', 4, section.characteristics],
  ]
}

/** The export directory table, the three tables that it refers to, each of one entry, and the two texts. */
function exportTable(fileName: string, symbol: string, at: number, target: number, length: number): Buffer {
  const table = Buffer.alloc(length)
  const symbolAt = EXPORT_TEXTS + fileName.length + 1
  const end = write(table, 0, [
    ['Export Flags', 4, 0],
    ['Time/Date Stamp', 4, 0],
    ['Major Version', 2, 0],
    ['Minor Version', 2, 0],
    ['Name RVA', 4, at + EXPORT_TEXTS],
    ['Ordinal Base', 4, 1],
    ['Address Table Entries', 4, 1],
    ['Number of Name Pointers', 4, 1],
    ['Export Address Table RVA', 4, at + EXPORT_TABLES.addresses],
    ['Name Pointer RVA', 4, at + EXPORT_TABLES.names],
    ['Ordinal Table RVA', 4, at + EXPORT_TABLES.ordinals],
  ])
  write(table, end, [
    ['Export RVA', 4, target],
    ['Public Name RVA', 4, at + symbolAt],
    ['Ordinal, without its base', 2, 0],
  ])
  table.write(fileName, EXPORT_TEXTS, 'latin1')
  table.write(symbol, symbolAt, 'latin1')
  return table
}

/** One block that relocates nothing: a library without any counts as one that cannot be moved. */
function relocationBlock(page: number): Buffer {
  const block = Buffer.alloc(12)
  write(block, 0, [
    ['Page RVA', 4, page],
    ['Block Size', 4, block.length],
    ['IMAGE_REL_BASED_ABSOLUTE, which pads', 2, 0],
    ['IMAGE_REL_BASED_ABSOLUTE, which pads', 2, 0],
  ])
  return block
}

/** The sum of all 16-bit words with its carries, and the length of the file; as ImageHlp's CheckSumMappedFile has it. */
function checksumOf(file: Buffer): number {
  let total = 0
  for (let at = 0; at < file.length; at += 2) {
    total += file.readUInt16LE(at)
    total = (total & 0xffff) + (total >>> 16)
  }
  return total + file.length
}

function write(target: Buffer, at: number, fields: readonly Field[]): number {
  for (const [, bytes, value] of fields) {
    if (bytes === 8) target.writeBigUInt64LE(BigInt(value), at)
    else target.writeUIntLE(value, at, bytes)
    at += bytes
  }
  return at
}

const inFile = ({ content }: Section) => aligned(content.length, FILE_BLOCK)
const aligned = (length: number, to: number) => Math.ceil(length / to) * to
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
