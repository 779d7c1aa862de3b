import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/**
 * Gives this process, and those that it starts, surroundings of their own: two runs at once do not meet,
 * and nothing is left of either. The transport is swapped here, by configuration alone: no other file of
 * this program knows one. `transports: { prefer: [tcp] }` in a `signalbox.config.yaml` does the same.
 */
export async function prepareSurroundings(transport: string | undefined): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'census-'))
  process.env['SIGNALBOX_RUNTIME_DIR'] = folder
  process.env['SIGNALBOX_NAMESPACE'] = basename(folder)
  if (transport !== undefined) process.env['SIGNALBOX_TRANSPORTS_PREFER'] = transport
  return { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) }
}
