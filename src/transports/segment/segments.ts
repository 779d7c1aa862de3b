import type { LeftOver, ProcessTable } from '../../core/contracts/index.js'
import { processTable } from '../../native/process-table.js'
import { SharedMemory } from '../../native/shared-memory.js'
import { ownerOfSegment, ownSegmentName } from './segment-name.js'
import { forgetSegment, listSegments, recordSegment, removeSegment } from './segment-register.js'
import type { SegmentSource } from './segment-source.js'

/**
 * The shared memory that processes of Signalbox make for each other, under names that tell whose it is. So
 * what a killed process left behind is found, and removed by the next one, or by `signalbox doctor`. All processes must see the
 * same process table: not those of two containers.
 */
export class Segments implements SegmentSource {
  readonly #folder: string
  readonly #processes: ProcessTable

  /** @param runtimeFolder where what the system itself does not list is noted down */
  constructor(runtimeFolder: string, processes: ProcessTable = processTable) {
    this.#folder = runtimeFolder
    this.#processes = processes
  }

  /**
   * Creates memory of this process. Its name is for peers to open it; `unlink` removes it.
   * @throws SignalboxError `LIMIT_EXCEEDED` without room; `TRANSPORT_UNAVAILABLE` where koffi is missing; `SYSTEM`
   */
  create(bytes: number): SharedMemory {
    const name = ownSegmentName(this.#processes)
    // Before the memory: killed in between, this process leaves a note of nothing, which does no harm.
    recordSegment(this.#folder, name)
    try {
      return SharedMemory.create(name, bytes)
    } catch (error) {
      forgetSegment(this.#folder, name)
      throw error
    }
  }

  open(name: string): SharedMemory {
    return SharedMemory.open(name)
  }

  /** Removes the name of memory that {@link create} made, as soon as the peer has opened it. Harmless twice. */
  unlink(memory: SharedMemory): void {
    memory.unlink()
    forgetSegment(this.#folder, memory.name)
  }

  /** What processes that are gone have left behind, also those of other users where the system shows them. */
  leftOvers(): LeftOver[] {
    return listSegments(this.#folder).flatMap(({ name, path, uid }): LeftOver[] => {
      const owner = ownerOfSegment(name, this.#processes)
      if (owner === undefined || owner.lives) return []
      const thing = { kind: 'shared memory', name: path, of: `process ${owner.pid}, which has ended` }
      if (uid !== process.geteuid?.()) return [{ ...thing, whose: 'another user', uid }]
      const remove = async () => {
        removeSegment(this.#folder, name)
        return true
      }
      return [{ ...thing, whose: 'this user', remove }]
    })
  }

  /** Removes what this user's processes that are gone have left behind. */
  async sweep(): Promise<void> {
    for (const leftOver of this.leftOvers()) {
      if (leftOver.whose === 'this user') await leftOver.remove()
    }
  }
}
