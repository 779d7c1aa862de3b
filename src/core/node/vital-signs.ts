import { reasonOf, type TransportContext } from '../contracts/index.js'
import type { Directory } from './directory.js'
import type { PeerSession } from './peer-session.js'

/** What the directory tells of the lives of peers. Where it does not list a peer, it proves nothing of it. */
export class VitalSigns {
  /** Sessions whose peer was seen in the directory: should it not be there any more, it has gone. */
  readonly #seen = new WeakSet<PeerSession>()

  constructor(
    private readonly directory: Directory,
    private readonly log: TransportContext['log'],
  ) {}

  /** Whether the peer's process lives; undefined where nobody knows. Never rejects. */
  async lives(session: PeerSession): Promise<boolean | undefined> {
    try {
      const lives = await this.directory.lives(session.node, session.incarnation)
      if (lives !== undefined) this.#seen.add(session)
      return lives ?? (this.#seen.has(session) ? false : undefined)
    } catch (error) {
      this.log.debug(`whether ${session.node} lives cannot be seen now`, { reason: reasonOf(error) })
      return undefined
    }
  }
}
