import type { PeerIdentity } from '../../core/contracts/connection.js'
import type { End, EndReason, Progress, SendReport } from './end.js'
import type { Peer } from './peer.js'
import type { Script } from './script.js'

/** An end that lives with the peer. */
export class RemoteEnd implements End {
  constructor(
    private readonly peer: Peer,
    private readonly end: number,
  ) {}

  send(script: Script): Promise<SendReport> {
    return this.#tell('send', script)
  }

  sent(): Promise<SendReport> {
    return this.#tell('sent')
  }

  receive(): Promise<void> {
    return this.#tell('receive')
  }

  expect(script: Script): Promise<void> {
    return this.#tell('expect', script)
  }

  received(): Promise<Progress> {
    return this.#tell('received')
  }

  echo(): Promise<void> {
    return this.#tell('echo')
  }

  pause(): Promise<void> {
    return this.#tell('pause')
  }

  resume(): Promise<void> {
    return this.#tell('resume')
  }

  closed(): Promise<EndReason> {
    return this.#tell('closed')
  }

  close(): Promise<void> {
    return this.#tell('close')
  }

  abort(): Promise<void> {
    return this.#tell('abort')
  }

  remote(): Promise<PeerIdentity> {
    return this.#tell('remote')
  }

  #tell<M extends keyof End>(method: M, ...args: Parameters<End[M]>): ReturnType<End[M]> {
    return this.peer.call('tell', this.end, method, args) as ReturnType<End[M]>
  }
}
