import { builtinTransports } from '#dist/composition/builtin-transports.js'
import { completed } from '#dist/core/tracks/index.js'
import type { Comparison } from '../comparison.js'
import { betweenProcesses, type Mechanisms } from './between-processes.js'
import { growth } from './growth.js'
import { inProcess } from './in-process.js'
import { records } from './records.js'

/** All that the bench compares on this machine. */
export async function allComparisons(): Promise<Comparison[]> {
  return [...betweenProcesses(await mechanisms()), ...records(), ...inProcess(), ...growth(process.platform)]
}

/** The transports that work here. */
async function mechanisms(): Promise<Mechanisms> {
  const all: string[] = []
  const unasked: string[] = []
  for (const transport of builtinTransports()) {
    const { usable } = await transport.availability()
    if (!usable) continue
    all.push(transport.name)
    const { reach, auto } = completed(transport).describe(transport.nodeAddress('bench', 'far'))
    if (reach !== 'process' && auto) unasked.push(transport.name)
  }
  return { all, unasked }
}
