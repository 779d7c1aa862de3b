import { pathToFileURL, type URL } from 'node:url'
import { built } from './built.js'

/** In the place of the suite's own `compiledEntry`, under Windows. */
export function compiledEntry(name: string): URL {
  return pathToFileURL(built(`dist/testing/conformance/${name}`))
}
