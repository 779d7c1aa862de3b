import { SignalboxError } from '../../core/contracts/index.js'
import { holdEventLoop } from '../event-loop-hold.js'
import type { InheritingProcess, ProcessSurroundings, StartInheriting } from '../inheriting-process.js'
import { foreign } from '../system-library.js'
import { commandLineOf } from './command-line.js'
import { duplicateOf } from './duplicate-handle.js'
import { environmentBlock } from './environment-block.js'
import { onceSignalled } from './handle-wait.js'
import {
  type Handle,
  INVALID_HANDLE,
  kernel32,
  type NativeMemory,
  NO_HANDLE,
  Win32Error,
  win32Failure,
} from './kernel32.js'

const HANDLE_BYTES = 8
/** Of STARTUPINFOEXW (winbase.h) on 64-bit Windows. */
const Startup = { SIZE: 112, FLAGS: 60, STANDARD: 80, ATTRIBUTES: 104 } as const
/** Of PROCESS_INFORMATION. */
const Started = { SIZE: 24, PROCESS: 0, THREAD: 8, PID: 16 } as const
const STARTF_USESTDHANDLES = 0x100
const EXTENDED_STARTUPINFO_PRESENT = 0x80000
const CREATE_UNICODE_ENVIRONMENT = 0x400
const PROC_THREAD_ATTRIBUTE_HANDLE_LIST = 0x20002
/** STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE. */
const STANDARD = [-10, -11, -12]
const KILLED = 1
const GENERIC_BOTH = 0xc0000000
const FILE_SHARE_BOTH = 3
const OPEN_EXISTING = 3

/**
 * Starts a process that inherits these handles and this process's standard ones, and no others. Follows CreateProcessW and
 * PROC_THREAD_ATTRIBUTE_HANDLE_LIST.
 * @throws SignalboxError `NO_LISTENER` where there is no such program; `ACCESS_DENIED`; `SYSTEM`
 */
export const startInheriting: StartInheriting = (program, handles, argumentsFor, surroundings) => {
  // Only these duplicates can be inherited, and only during this call: what else is started here does not get them.
  const inherited: Handle[] = []
  const inheritable = (handle: Handle) => {
    const duplicate = duplicateOf(handle, { inherit: true })
    inherited.push(duplicate)
    return duplicate
  }
  try {
    const given = handles.map(handle => inheritable(handle as Handle))
    const standard = surroundings.stdio.map((stream, index) =>
      stream === 'ignore' ? nothing(inheritable) : standardHandle(STANDARD[index] ?? 0, inheritable),
    )
    const line = commandLineOf(program, argumentsFor(given))
    return new CreatedProcess(create(line, standard, inherited, surroundings))
  } finally {
    for (const handle of inherited) kernel32().CloseHandle(handle)
  }
}

/** NULL where this process has none, or one of a console that cannot be handed on. */
function standardHandle(which: number, inheritable: (handle: Handle) => Handle): Handle {
  const handle = kernel32().GetStdHandle(which)
  if (handle === NO_HANDLE || handle === INVALID_HANDLE) return NO_HANDLE
  try {
    return inheritable(handle)
  } catch {
    return NO_HANDLE
  }
}

/** The device that swallows all that is written, and gives nothing to read. */
function nothing(inheritable: (handle: Handle) => Handle): Handle {
  const { CreateFileW, CloseHandle } = kernel32()
  const device = CreateFileW('NUL', GENERIC_BOTH, FILE_SHARE_BOTH, null, OPEN_EXISTING, 0, NO_HANDLE)
  if (device === INVALID_HANDLE) throw win32Failure('CreateFileW of NUL')
  try {
    return inheritable(device)
  } finally {
    CloseHandle(device)
  }
}

/** @returns PROCESS_INFORMATION */
function create(
  commandLine: string,
  standard: readonly Handle[],
  inherited: readonly Handle[],
  { cwd, env }: ProcessSurroundings,
): Buffer {
  const koffi = foreign()
  const { CreateProcessW, UpdateProcThreadAttribute, DeleteProcThreadAttributeList, GetLastError } =
    kernel32()
  const attributes = newAttributeList()
  // The attributes keep its address.
  const list = koffi.alloc('intptr', Math.max(inherited.length, 1))
  try {
    const bytes = inherited.length * HANDLE_BYTES
    koffi.encode(list, koffi.array('intptr', inherited.length), inherited)
    const attribute = PROC_THREAD_ATTRIBUTE_HANDLE_LIST
    if (bytes > 0 && !UpdateProcThreadAttribute(attributes, 0, attribute, list, bytes, null, null)) {
      throw win32Failure('UpdateProcThreadAttribute')
    }
    const startup = Buffer.alloc(Startup.SIZE)
    startup.writeUInt32LE(Startup.SIZE, 0)
    startup.writeUInt32LE(STARTF_USESTDHANDLES, Startup.FLAGS)
    for (const [index, handle] of standard.entries()) {
      startup.writeBigInt64LE(BigInt(handle), Startup.STANDARD + index * HANDLE_BYTES)
    }
    startup.writeBigUInt64LE(koffi.address(attributes), Startup.ATTRIBUTES)
    const information = Buffer.alloc(Started.SIZE)
    // Windows writes into the line.
    const line = Buffer.from(`${commandLine}\0`, 'utf16le')
    const flags = EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT
    const block = env === undefined ? null : environmentBlock(env)
    const folder = cwd ?? null
    if (CreateProcessW(null, line, null, null, 1, flags, block, folder, startup, information))
      return information
    const code = GetLastError()
    if (code !== Win32Error.FILE_NOT_FOUND) throw win32Failure(`CreateProcessW of ${commandLine}`, code)
    throw new SignalboxError('NO_LISTENER', `cannot start ${commandLine}: there is no such program`)
  } finally {
    DeleteProcThreadAttributeList(attributes)
    koffi.free(attributes)
    koffi.free(list)
  }
}

/** Whoever gets it deletes it, and frees the memory. */
function newAttributeList(): NativeMemory {
  const { InitializeProcThreadAttributeList } = kernel32()
  const size = Buffer.alloc(HANDLE_BYTES)
  InitializeProcThreadAttributeList(null, 1, 0, size)
  const list = foreign().alloc('uint8', Number(size.readBigUInt64LE()))
  if (InitializeProcThreadAttributeList(list, 1, 0, size)) return list
  const failure = win32Failure('InitializeProcThreadAttributeList')
  foreign().free(list)
  throw failure
}

class CreatedProcess implements InheritingProcess {
  readonly pid: number
  readonly exited: Promise<number>
  readonly #process: Handle
  #ended = false

  /** @param information PROCESS_INFORMATION, of which it closes the handles */
  constructor(information: Buffer) {
    const { CloseHandle, GetExitCodeProcess } = kernel32()
    this.pid = information.readUInt32LE(Started.PID)
    this.#process = Number(information.readBigInt64LE(Started.PROCESS)) as Handle
    CloseHandle(Number(information.readBigInt64LE(Started.THREAD)) as Handle)
    const letLoopGo = holdEventLoop()
    this.exited = new Promise(resolve => {
      onceSignalled(this.#process, () => {
        const code = Buffer.alloc(4)
        GetExitCodeProcess(this.#process, code)
        this.#ended = true
        CloseHandle(this.#process)
        letLoopGo()
        resolve(code.readUInt32LE())
      })
    })
  }

  kill(): void {
    if (!this.#ended) kernel32().TerminateProcess(this.#process, KILLED)
  }
}
