import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/**
 * The compiled form of a program of this folder. Other processes and threads run in plain node,
 * also when what starts them is run from its TypeScript source.
 */
export function compiledEntry(name: string): URL {
  const testKit = createRequire(import.meta.url).resolve('signalbox/testing')
  return new URL(`conformance/${name}.js`, pathToFileURL(testKit))
}
