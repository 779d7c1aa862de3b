// Vite runs on Linux and names modules by Linux paths; Wine shows the same files on its drive Z:.
// Importing this file makes the Windows node.exe find them, wherever a path can come in.
import Module, { syncBuiltinESMExports } from 'node:module'
import { dirname } from 'node:path'
import url from 'node:url'

// @types/node follows the oldest Node we support; this file runs in the Windows Node 22.
const { registerHooks } = /** @type {any} */ (Module)

const withoutDrive = /^file:\/\/\/(?![A-Za-z]:)/

/**
 * file:///home/x -> file:///Z:/home/x
 * @template T
 * @param {T} location
 * @returns {T | string}
 */
const onDriveZ = location => {
  const text = String(location)
  return withoutDrive.test(text) ? text.replace('file:///', 'file:///Z:/') : location
}

/** Must be called before the first import of a module that keeps a reference to these functions. */
export function translatePaths() {
  const { createRequire } = Module
  const { fileURLToPath } = url
  Module.createRequire = file => createRequire(onDriveZ(file))
  url.fileURLToPath = (location, options) => fileURLToPath(onDriveZ(location), options)
  syncBuiltinESMExports()
  registerHooks({
    resolve: (/** @type {string} */ specifier, /** @type {object} */ context, /** @type {Function} */ next) =>
      next(onDriveZ(specifier), context),
  })
}

/**
 * Gives the modules that Vite serves an import.meta as Windows has it.
 * @param {any} moduleRunner vitest's, whose evaluator is the one place that sees each import.meta
 */
export function translateImportMeta({ evaluator }) {
  const { runInlinedModule } = evaluator
  /** @type {(context: any, ...rest: unknown[]) => unknown} */
  evaluator.runInlinedModule = function (context, ...rest) {
    const meta = context.__vite_ssr_import_meta__
    if (String(meta.url).startsWith('file:')) {
      meta.url = onDriveZ(meta.url)
      meta.filename = url.fileURLToPath(meta.url)
      meta.dirname = dirname(meta.filename)
    }
    return runInlinedModule.call(this, context, ...rest)
  }
}
