// Module hooks that break one module of the library as it is loaded.
import type { InitializeHook, LoadHook } from 'node:module'

/** What is wrong with one module of the build. */
export interface Breakage {
  /** Of the build, relative to it: `core/link/link.js`. */
  readonly file: string
  /** Each text that stands there once, and what stands there instead. */
  readonly edits: readonly (readonly [right: string, wrong: string])[]
}

let breakage: Breakage = { file: '', edits: [] }

export const initialize: InitializeHook<Breakage> = data => {
  breakage = data
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context)
  if (!url.endsWith(`/dist/${breakage.file}`)) return loaded
  let source = String(loaded.source)
  for (const [right, wrong] of breakage.edits) {
    if (source.split(right).length !== 2)
      throw new Error(`${breakage.file} does not have this once: ${right}`)
    source = source.replace(right, () => wrong)
  }
  return { ...loaded, source }
}
