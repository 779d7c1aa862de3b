import { randomUUID } from 'node:crypto'
import { firstValueFrom } from 'rxjs'
import { type Connection, parseAddress } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/index.js'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import type { Invitation, Outcome } from '../peers/memory-guest.js'
import { built } from './built.js'
import type { Finally } from './finally.js'
import { crash } from './fixture.js'
import { forkPeer } from './peer.js'

/** The program of the guest, for a process that is started otherwise. */
export const GUEST = built('test/peers/memory-guest')

/** Another process that is told over a pipe by which way it gets memory: `test/peers/memory-guest.ts`. */
export class MemoryGuest {
  #said = ''
  #answered: (line: string) => void = () => {}

  private constructor(
    readonly pid: number,
    private readonly connection: Connection,
  ) {
    connection.receive(({ bytes }) => {
      this.#said += Buffer.from(bytes)
      if (this.#said.endsWith('\n')) this.#answered(this.#said)
    })
  }

  /** It is killed at the end. */
  static async start(runtimeFolder: string, onEnd: Finally): Promise<MemoryGuest> {
    const context = createTestContext(runtimeFolder)
    const address = `named-pipe://./memory-guest-${randomUUID()}`
    const listener = await namedPipe().listen(parseAddress(address), context)
    onEnd(() => listener.close())
    const connected = firstValueFrom(listener.connections$)
    const guest = forkPeer('memory-guest', ['told', runtimeFolder, address])
    onEnd(() => crash(guest))
    const connection = await connected
    onEnd(() => connection.close())
    return new MemoryGuest(guest.pid ?? 0, connection)
  }

  async accepts(invitation: Invitation): Promise<Outcome> {
    this.#said = ''
    const answered = new Promise<string>(resolve => {
      this.#answered = resolve
    })
    this.connection.send(Buffer.from(`${JSON.stringify(invitation)}\n`))
    return JSON.parse(await answered)
  }
}
