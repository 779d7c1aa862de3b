import { SignalboxError } from '../../core/contracts/index.js'
import { systemLibrary } from '../system-library.js'

declare const handle: unique symbol

/** A HANDLE. Whoever got it closes it with `CloseHandle`, exactly once. */
export type Handle = number & { readonly [handle]: true }

/** INVALID_HANDLE_VALUE: how functions that make files and pipes say that they failed. */
export const INVALID_HANDLE = -1 as Handle
/** NULL: how functions that make other objects say that they failed. */
export const NO_HANDLE = 0 as Handle

/** Memory outside of JS, as koffi represents it: `koffi.alloc` makes it, `koffi.free` ends it. */
export type NativeMemory = unknown

/** The functions of kernel32.dll that Signalbox uses, under their own names. BOOL results: 0 is failure. */
export interface Kernel32 {
  CloseHandle(object: Handle): number
  GetLastError(): number
  GetModuleHandleExW(flags: number, address: bigint, module: Uint8Array): number
  LoadLibraryExW(path: string, file: Handle, flags: number): Handle
  GetProcAddress(module: Handle, symbol: string): bigint | null
  FreeLibrary(module: Handle): number
  LocalFree(memory: NativeMemory): NativeMemory
  CreateFileW(
    name: string,
    access: number,
    share: number,
    security: Uint8Array | null,
    disposition: number,
    flags: number,
    template: Handle,
  ): Handle
  ReadFile(
    file: Handle,
    bytes: Uint8Array,
    room: number,
    read: Uint8Array | null,
    overlapped: NativeMemory,
  ): number
  WriteFile(
    file: Handle,
    bytes: Uint8Array,
    count: number,
    written: Uint8Array | null,
    overlapped: NativeMemory,
  ): number
  GetFileSizeEx(file: Handle, bytes: Uint8Array): number
  FlushFileBuffers(file: Handle): number
  LockFileEx(
    file: Handle,
    flags: number,
    reserved: 0,
    lowBytes: number,
    highBytes: number,
    overlapped: Uint8Array,
  ): number
  UnlockFileEx(file: Handle, reserved: 0, lowBytes: number, highBytes: number, overlapped: Uint8Array): number
  MoveFileExW(from: string, to: string, flags: number): number
  CreateFileMappingW(
    file: Handle,
    security: Uint8Array | null,
    protection: number,
    highBytes: number,
    lowBytes: number,
    name: string | null,
  ): Handle
  OpenFileMappingW(access: number, inherit: 0 | 1, name: string): Handle
  MapViewOfFile(
    mapping: Handle,
    access: number,
    highOffset: number,
    lowOffset: number,
    bytes: number,
  ): bigint | null
  UnmapViewOfFile(address: bigint): number
  FlushViewOfFile(address: bigint, bytes: number): number
  VirtualQuery(address: bigint, information: Uint8Array, bytes: number): number
  CreateEventW(security: Uint8Array | null, manualReset: 0 | 1, signalled: 0 | 1, name: string | null): Handle
  OpenEventW(access: number, inherit: 0 | 1, name: string): Handle
  SetEvent(event: Handle): number
  ResetEvent(event: Handle): number
  CreateMutexW(security: Uint8Array | null, owned: 0 | 1, name: string | null): Handle
  OpenMutexW(access: number, inherit: 0 | 1, name: string): Handle
  ReleaseMutex(mutex: Handle): number
  CreateSemaphoreW(
    security: Uint8Array | null,
    initial: number,
    greatest: number,
    name: string | null,
  ): Handle
  OpenSemaphoreW(access: number, inherit: 0 | 1, name: string): Handle
  ReleaseSemaphore(semaphore: Handle, count: number, previous: Uint8Array | null): number
  WaitForSingleObject(object: Handle, milliseconds: number): number
  WaitForMultipleObjects(count: number, objects: Uint8Array, all: 0 | 1, milliseconds: number): number
  RegisterWaitForSingleObject(
    wait: Uint8Array,
    object: Handle,
    callback: bigint,
    context: number,
    milliseconds: number,
    flags: number,
  ): number
  UnregisterWaitEx(wait: Handle, completion: Handle): number
  CancelIoEx(file: Handle, overlapped: NativeMemory): number
  GetOverlappedResult(file: Handle, overlapped: NativeMemory, transferred: Uint8Array, wait: 0 | 1): number
  CreateMailslotW(name: string, maxMessage: number, milliseconds: number, security: Uint8Array | null): Handle
  CreateNamedPipeW(
    name: string,
    openMode: number,
    pipeMode: number,
    instances: number,
    outBytes: number,
    inBytes: number,
    milliseconds: number,
    security: Uint8Array | null,
  ): Handle
  ConnectNamedPipe(pipe: Handle, overlapped: NativeMemory): number
  WaitNamedPipeW(name: string, milliseconds: number): number
  GetNamedPipeInfo(
    pipe: Handle,
    flags: Uint8Array,
    outBytes: Uint8Array | null,
    inBytes: Uint8Array | null,
    instances: Uint8Array | null,
  ): number
  SetNamedPipeHandleState(
    pipe: Handle,
    mode: Uint8Array,
    bytes: Uint8Array | null,
    milliseconds: Uint8Array | null,
  ): number
  TransactNamedPipe(
    pipe: Handle,
    request: Uint8Array,
    requestBytes: number,
    response: Uint8Array,
    room: number,
    read: Uint8Array | null,
    overlapped: NativeMemory,
  ): number
  DeviceIoControl(
    device: Handle,
    code: number,
    input: Uint8Array,
    inputBytes: number,
    output: Uint8Array | null,
    outputBytes: number,
    returned: Uint8Array | null,
    overlapped: NativeMemory,
  ): number
  GetNamedPipeClientProcessId(pipe: Handle, pid: Uint8Array): number
  GetNamedPipeServerProcessId(pipe: Handle, pid: Uint8Array): number
  GetCurrentProcess(): Handle
  DuplicateHandle(
    from: Handle,
    object: Handle,
    to: Handle,
    duplicate: Uint8Array,
    access: number,
    inherit: 0 | 1,
    options: number,
  ): number
  GetCurrentThread(): Handle
  GetStdHandle(which: number): Handle
  CreateProcessW(
    program: string | null,
    commandLine: Uint8Array,
    processSecurity: null,
    threadSecurity: null,
    inherit: 0 | 1,
    flags: number,
    environment: Uint8Array | null,
    folder: string | null,
    startup: Uint8Array,
    information: Uint8Array,
  ): number
  InitializeProcThreadAttributeList(
    list: NativeMemory,
    count: number,
    flags: number,
    size: Uint8Array,
  ): number
  UpdateProcThreadAttribute(
    list: NativeMemory,
    flags: number,
    attribute: number,
    value: NativeMemory,
    size: number,
    previous: null,
    returned: null,
  ): number
  DeleteProcThreadAttributeList(list: NativeMemory): void
  GetExitCodeProcess(process: Handle, code: Uint8Array): number
  TerminateProcess(process: Handle, code: number): number
  OpenProcess(access: number, inherit: 0 | 1, pid: number): Handle
  GetProcessTimes(
    process: Handle,
    created: Uint8Array,
    exited: Uint8Array,
    kernel: Uint8Array,
    user: Uint8Array,
  ): number
  GetProcessHandleCount(process: Handle, count: Uint8Array): number
}

/** kernel32.dll, loaded with the first call. */
export const kernel32 = systemLibrary<Kernel32>('kernel32.dll', {
  CloseHandle: 'int __stdcall CloseHandle(intptr object)',
  GetLastError: 'uint32 __stdcall GetLastError()',
  GetModuleHandleExW: 'int __stdcall GetModuleHandleExW(uint32 flags, void *address, void *module)',
  LoadLibraryExW: 'intptr __stdcall LoadLibraryExW(str16 path, intptr file, uint32 flags)',
  GetProcAddress: 'void * __stdcall GetProcAddress(intptr module, str symbol)',
  FreeLibrary: 'int __stdcall FreeLibrary(intptr module)',
  LocalFree: 'void * __stdcall LocalFree(void *memory)',
  CreateFileW:
    'intptr __stdcall CreateFileW(str16 name, uint32 access, uint32 share, void *security, uint32 disposition, uint32 flags, intptr template)',
  ReadFile: 'int __stdcall ReadFile(intptr file, void *bytes, uint32 room, void *read, void *overlapped)',
  WriteFile:
    'int __stdcall WriteFile(intptr file, void *bytes, uint32 count, void *written, void *overlapped)',
  GetFileSizeEx: 'int __stdcall GetFileSizeEx(intptr file, void *bytes)',
  FlushFileBuffers: 'int __stdcall FlushFileBuffers(intptr file)',
  LockFileEx:
    'int __stdcall LockFileEx(intptr file, uint32 flags, uint32 reserved, uint32 lowBytes, uint32 highBytes, void *overlapped)',
  UnlockFileEx:
    'int __stdcall UnlockFileEx(intptr file, uint32 reserved, uint32 lowBytes, uint32 highBytes, void *overlapped)',
  MoveFileExW: 'int __stdcall MoveFileExW(str16 from, str16 to, uint32 flags)',
  CreateFileMappingW:
    'intptr __stdcall CreateFileMappingW(intptr file, void *security, uint32 protection, uint32 highBytes, uint32 lowBytes, str16 name)',
  OpenFileMappingW: 'intptr __stdcall OpenFileMappingW(uint32 access, int inherit, str16 name)',
  MapViewOfFile:
    'void * __stdcall MapViewOfFile(intptr mapping, uint32 access, uint32 highOffset, uint32 lowOffset, size_t bytes)',
  UnmapViewOfFile: 'int __stdcall UnmapViewOfFile(void *address)',
  FlushViewOfFile: 'int __stdcall FlushViewOfFile(void *address, size_t bytes)',
  VirtualQuery: 'size_t __stdcall VirtualQuery(void *address, void *information, size_t bytes)',
  CreateEventW: 'intptr __stdcall CreateEventW(void *security, int manualReset, int signalled, str16 name)',
  OpenEventW: 'intptr __stdcall OpenEventW(uint32 access, int inherit, str16 name)',
  SetEvent: 'int __stdcall SetEvent(intptr event)',
  ResetEvent: 'int __stdcall ResetEvent(intptr event)',
  CreateMutexW: 'intptr __stdcall CreateMutexW(void *security, int owned, str16 name)',
  OpenMutexW: 'intptr __stdcall OpenMutexW(uint32 access, int inherit, str16 name)',
  ReleaseMutex: 'int __stdcall ReleaseMutex(intptr mutex)',
  CreateSemaphoreW:
    'intptr __stdcall CreateSemaphoreW(void *security, int32 initial, int32 greatest, str16 name)',
  OpenSemaphoreW: 'intptr __stdcall OpenSemaphoreW(uint32 access, int inherit, str16 name)',
  ReleaseSemaphore: 'int __stdcall ReleaseSemaphore(intptr semaphore, int32 count, void *previous)',
  WaitForSingleObject: 'uint32 __stdcall WaitForSingleObject(intptr object, uint32 milliseconds)',
  WaitForMultipleObjects:
    'uint32 __stdcall WaitForMultipleObjects(uint32 count, void *objects, int all, uint32 milliseconds)',
  RegisterWaitForSingleObject:
    'int __stdcall RegisterWaitForSingleObject(void *wait, intptr object, void *callback, uintptr context, uint32 milliseconds, uint32 flags)',
  UnregisterWaitEx: 'int __stdcall UnregisterWaitEx(intptr wait, intptr completion)',
  CancelIoEx: 'int __stdcall CancelIoEx(intptr file, void *overlapped)',
  GetOverlappedResult:
    'int __stdcall GetOverlappedResult(intptr file, void *overlapped, void *transferred, int wait)',
  CreateMailslotW:
    'intptr __stdcall CreateMailslotW(str16 name, uint32 maxMessage, uint32 milliseconds, void *security)',
  CreateNamedPipeW:
    'intptr __stdcall CreateNamedPipeW(str16 name, uint32 openMode, uint32 pipeMode, uint32 instances, uint32 outBytes, uint32 inBytes, uint32 milliseconds, void *security)',
  ConnectNamedPipe: 'int __stdcall ConnectNamedPipe(intptr pipe, void *overlapped)',
  WaitNamedPipeW: 'int __stdcall WaitNamedPipeW(str16 name, uint32 milliseconds)',
  GetNamedPipeInfo:
    'int __stdcall GetNamedPipeInfo(intptr pipe, void *flags, void *outBytes, void *inBytes, void *instances)',
  SetNamedPipeHandleState:
    'int __stdcall SetNamedPipeHandleState(intptr pipe, void *mode, void *bytes, void *milliseconds)',
  TransactNamedPipe:
    'int __stdcall TransactNamedPipe(intptr pipe, void *request, uint32 requestBytes, void *response, uint32 room, void *read, void *overlapped)',
  DeviceIoControl:
    'int __stdcall DeviceIoControl(intptr device, uint32 code, void *input, uint32 inputBytes, void *output, uint32 outputBytes, void *returned, void *overlapped)',
  GetNamedPipeClientProcessId: 'int __stdcall GetNamedPipeClientProcessId(intptr pipe, void *pid)',
  GetNamedPipeServerProcessId: 'int __stdcall GetNamedPipeServerProcessId(intptr pipe, void *pid)',
  GetCurrentThread: 'intptr __stdcall GetCurrentThread()',
  GetCurrentProcess: 'intptr __stdcall GetCurrentProcess()',
  DuplicateHandle:
    'int __stdcall DuplicateHandle(intptr from, intptr object, intptr to, void *duplicate, uint32 access, int inherit, uint32 options)',
  GetStdHandle: 'intptr __stdcall GetStdHandle(int which)',
  CreateProcessW:
    'int __stdcall CreateProcessW(str16 program, void *commandLine, void *processSecurity, void *threadSecurity, int inherit, uint32 flags, void *environment, str16 folder, void *startup, void *information)',
  InitializeProcThreadAttributeList:
    'int __stdcall InitializeProcThreadAttributeList(void *list, uint32 count, uint32 flags, void *size)',
  UpdateProcThreadAttribute:
    'int __stdcall UpdateProcThreadAttribute(void *list, uint32 flags, size_t attribute, void *value, size_t size, void *previous, void *returned)',
  DeleteProcThreadAttributeList: 'void __stdcall DeleteProcThreadAttributeList(void *list)',
  GetExitCodeProcess: 'int __stdcall GetExitCodeProcess(intptr process, void *code)',
  TerminateProcess: 'int __stdcall TerminateProcess(intptr process, uint32 code)',
  OpenProcess: 'intptr __stdcall OpenProcess(uint32 access, int inherit, uint32 pid)',
  GetProcessTimes:
    'int __stdcall GetProcessTimes(intptr process, void *created, void *exited, void *kernel, void *user)',
  GetProcessHandleCount: 'int __stdcall GetProcessHandleCount(intptr process, void *count)',
})

/** The system error codes that Signalbox tells apart (winerror.h). */
export const Win32Error = {
  FILE_NOT_FOUND: 2,
  PATH_NOT_FOUND: 3,
  ACCESS_DENIED: 5,
  INVALID_HANDLE: 6,
  NOT_ENOUGH_MEMORY: 8,
  BAD_LENGTH: 24,
  SHARING_VIOLATION: 32,
  LOCK_VIOLATION: 33,
  HANDLE_EOF: 38,
  NOT_SUPPORTED: 50,
  BAD_NETPATH: 53,
  BAD_NET_NAME: 67,
  FILE_EXISTS: 80,
  INVALID_PARAMETER: 87,
  BROKEN_PIPE: 109,
  DISK_FULL: 112,
  SEM_TIMEOUT: 121,
  INSUFFICIENT_BUFFER: 122,
  INVALID_NAME: 123,
  ALREADY_EXISTS: 183,
  PIPE_BUSY: 231,
  NO_DATA: 232,
  PIPE_NOT_CONNECTED: 233,
  MORE_DATA: 234,
  TOO_MANY_POSTS: 298,
  PIPE_CONNECTED: 535,
  OPERATION_ABORTED: 995,
  IO_PENDING: 997,
  NOT_FOUND: 1168,
  CANNOT_IMPERSONATE: 1368,
  COMMITMENT_LIMIT: 1455,
} as const

/**
 * What to throw when a Win32 function failed.
 * @param what the function and what it was called for: `CreateNamedPipeW for \\.\pipe\orders`
 * @param code the system error; right only when it is read before any other native call
 */
export function win32Failure(what: string, code: number = kernel32().GetLastError()): SignalboxError {
  return new SignalboxError(
    code === Win32Error.ACCESS_DENIED ? 'ACCESS_DENIED' : 'SYSTEM',
    `${what} failed: Win32 error ${code}`,
  )
}
