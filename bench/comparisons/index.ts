import { builtinTransports } from '#dist/composition/builtin-transports.js'
import { completed } from '#dist/core/tracks/index.js'
import type { Comparison } from '../comparison.js'
import { betweenProcesses } from './between-processes.js'
import { growth } from './growth.js'
import { inProcess } from './in-process.js'

/** All that the bench compares on this machine. */
export async function allComparisons(): Promise<Comparison[]> {
  return [...betweenProcesses(await transportsBetweenProcesses()), ...inProcess(), ...growth()]
}

/** The transports that work here and reach another process unasked. */
async function transportsBetweenProcesses(): Promise<string[]> {
  const names: string[] = []
  for (const transport of builtinTransports()) {
    const { usable } = await transport.availability()
    if (!usable) continue
    const { reach, auto } = completed(transport).describe(transport.nodeAddress('bench', 'far'))
    if (reach !== 'process' && auto) names.push(transport.name)
  }
  return names
}
