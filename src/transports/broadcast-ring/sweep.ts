import { reasonOf, type TransportContext } from '../../core/contracts/index.js'
import { Segments } from '../segment/segments.js'

/** Removes what this user's processes that are gone have left behind, before there is more; what cannot be removed is reported. */
export async function sweepSegments({ runtimeFolder, log }: TransportContext, what: string): Promise<void> {
  await new Segments(runtimeFolder).sweep().catch(error => {
    log.warn(`${what}: memory that is left of dead processes stays: ${reasonOf(error)}`)
  })
}
