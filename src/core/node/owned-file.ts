import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type ProcessTable, SignalboxError } from '../contracts/index.js'
import { createWhole, readWhole, removeWhole } from './shared-file.js'

/** What every owned file says of the process that wrote it. */
export const ownerShape = {
  pid: z.int().positive(),
  /** What tells it from a later process of the same pid. */
  process: z.string().min(1).max(256),
}

const ownerSchema = z.object(ownerShape)

/** A process, told apart from a later one of the same pid. */
export type Owner = z.output<typeof ownerSchema>

/** What the name of a claim to remove a dead owner's file ends in. */
export const CLAIM_SUFFIX = '.claim'

/** How often, and after how many ms each time, a file is looked at again that somebody else is removing. */
const ATTEMPTS = 500
const PAUSE = 10

/**
 * Files that each belong to one living process. One that its owner left behind by dying is removed by
 * exactly one other process: the one that owns, in the same sense, the claim to that very file.
 * A file that names no owner counts as left behind.
 */
export class OwnedFiles {
  readonly #processes: ProcessTable

  constructor(processes: ProcessTable) {
    this.#processes = processes
  }

  /** This process. @throws SignalboxError `SYSTEM` when the process table does not know it. */
  self(): Owner {
    const incarnation = this.#processes.incarnationOf(process.pid)
    if (incarnation === undefined) {
      throw new SignalboxError(
        'SYSTEM',
        `the process table does not show this process (pid ${process.pid}); is /proc mounted?`,
      )
    }
    return { pid: process.pid, process: incarnation }
  }

  /** Whether that very process still runs. */
  lives(owner: Owner): boolean {
    return this.#processes.incarnationOf(owner.pid) === owner.process
  }

  /**
   * Creates a file of this process, in the place of a dead owner's if need be.
   * @param content JSON that includes {@link self}
   * @returns the living owner that has it already, or undefined when it is ours now
   * @throws SignalboxError `SYSTEM`
   */
  async take(path: string, content: string): Promise<Owner | undefined> {
    for (let attempt = 1; !(await createWhole(path, content)); attempt++) {
      const present = await readWhole(path)
      if (present === undefined) continue
      const owner = ownerIn(present)
      if (owner !== undefined && this.lives(owner)) return owner
      if (await this.#remove(path, present)) continue
      if (attempt === ATTEMPTS) {
        throw new SignalboxError('SYSTEM', `${path}: another process began to remove it and does not finish`)
      }
      await pause(PAUSE)
    }
    return undefined
  }

  /** Removes a file unless its owner lives. */
  async sweep(path: string): Promise<void> {
    const present = await readWhole(path)
    if (present === undefined) return
    const owner = ownerIn(present)
    if (owner === undefined || !this.lives(owner)) await this.#remove(path, present)
  }

  /**
   * Removes `path` if it still has the content `dead`. Only who owns the claim to that content may, so
   * what a faster process has put in its place meanwhile stays.
   * @returns false when a living process has the claim
   */
  async #remove(path: string, dead: Uint8Array): Promise<boolean> {
    const digest = createHash('sha256').update(`${path}\0`).update(dead).digest('hex').slice(0, 32)
    const claim = join(dirname(path), `${digest}${CLAIM_SUFFIX}`)
    if ((await this.take(claim, JSON.stringify(this.self()))) !== undefined) return false
    try {
      const present = await readWhole(path)
      if (present !== undefined && Buffer.from(present).equals(dead)) await removeWhole(path)
    } finally {
      await removeWhole(claim)
    }
    return true
  }
}

/** The owner that a file names; undefined where it names none. */
export function ownerIn(bytes: Uint8Array): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data
  } catch {
    return undefined // no JSON
  }
}
