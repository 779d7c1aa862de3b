import { createRequire } from 'node:module'
import { reasonOf, SignalboxError } from '../core/contracts/index.js'

type Koffi = typeof import('koffi')

const require = createRequire(import.meta.url)
let loaded: Koffi | undefined

/**
 * The foreign-function interface. Its own native code is loaded with the first call, so that importing
 * a native declaration costs nothing and cannot fail.
 * @throws SignalboxError `TRANSPORT_UNAVAILABLE` where koffi has no build for this machine.
 */
export function foreign(): Koffi {
  try {
    loaded ??= require('koffi') as Koffi
    return loaded
  } catch (cause) {
    throw new SignalboxError(
      'TRANSPORT_UNAVAILABLE',
      `native calls need koffi, which has no build for ${process.platform}-${process.arch} (${reasonOf(cause)})`,
      { cause },
    )
  }
}

/**
 * Declares functions of a system library; the library is loaded with the first call of what this returns.
 *
 * `F` says the types on this side, the prototypes say them on the other, in koffi's C syntax. A HANDLE
 * is an `intptr`: a JS number, with `-1` for INVALID_HANDLE_VALUE. Out parameters are Buffers (`void *`),
 * which cost a fifth of koffi's `_Out_`.
 * @param file the library's name as the system loader knows it; null for what this process has loaded itself
 * @throws (the returned function) SignalboxError `TRANSPORT_UNAVAILABLE` on a machine without it
 */
export function systemLibrary<F extends object>(
  file: string | null,
  prototypes: Readonly<Record<keyof F, string>>,
): () => F {
  let functions: F | undefined
  return () => {
    functions ??= bind(file, prototypes)
    return functions
  }
}

function bind<F extends object>(file: string | null, prototypes: Readonly<Record<keyof F, string>>): F {
  const koffi = foreign()
  try {
    const library = koffi.load(file)
    const entries = Object.entries<string>(prototypes).map(([name, prototype]) => [
      name,
      library.func(prototype),
    ])
    return Object.fromEntries(entries) as F
  } catch (cause) {
    throw new SignalboxError(
      'TRANSPORT_UNAVAILABLE',
      `${file ?? 'this process'} does not have what is needed on ${process.platform} (${reasonOf(cause)})`,
      { cause },
    )
  }
}
