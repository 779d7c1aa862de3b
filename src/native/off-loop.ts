/** What a function of the system returned, and the system's error number, which counts where that says so. */
export interface NativeResult<R> {
  readonly result: R
  readonly error: number
}

/** What koffi adds to each function that it declares. */
interface Asynchronous {
  async(...argumentsAndCallback: unknown[]): void
}

/**
 * Calls a declared function of the system in a thread of libuv's pool, so that the event loop goes on. What it is given must
 * live until then. The process does not exit before it returns: only for what always does.
 * @param lastError reads the error number of the last native call
 */
export function offLoop<A extends unknown[], R>(
  func: (...args: A) => R,
  lastError: () => number,
  ...args: A
): Promise<NativeResult<R>> {
  return new Promise((resolve, reject) => {
    const callback = (failure: unknown, result: R) => {
      // Only here the number is still that of this call.
      if (failure) reject(failure)
      else resolve({ result, error: lastError() })
    }
    ;(func as unknown as Asynchronous).async(...args, callback)
  })
}
