import type { PeerIdentity } from '../../core/contracts/connection.js'
import type { EndReason, LinkedEnd, Outcomes, Progress, SendReport } from './end.js'
import type { Peer } from './peer.js'
import type { Script } from './script.js'

/** An end that lives with the peer; of a bare track or of a link, whichever the peer made. */
export class RemoteEnd implements LinkedEnd {
  constructor(
    private readonly peer: Peer,
    private readonly end: number,
  ) {}

  send(script: Script, lane?: string): Promise<SendReport> {
    return this.#tell('send', script, lane)
  }

  sent(lane?: string): Promise<SendReport> {
    return this.#tell('sent', lane)
  }

  receive(): Promise<void> {
    return this.#tell('receive')
  }

  expect(script: Script, lane?: string): Promise<void> {
    return this.#tell('expect', script, lane)
  }

  received(lane?: string): Promise<Progress> {
    return this.#tell('received', lane)
  }

  echo(): Promise<void> {
    return this.#tell('echo')
  }

  pause(lane?: string): Promise<void> {
    return this.#tell('pause', lane)
  }

  resume(lane?: string): Promise<void> {
    return this.#tell('resume', lane)
  }

  reject(every: number, lane?: string): Promise<void> {
    return this.#tell('reject', every, lane)
  }

  outcomes(lane?: string): Promise<Outcomes> {
    return this.#tell('outcomes', lane)
  }

  settled(lane?: string): Promise<Outcomes> {
    return this.#tell('settled', lane)
  }

  traffic(): Promise<{ messages: number; bytes: number }> {
    return this.#tell('traffic')
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

  #tell<M extends keyof LinkedEnd>(method: M, ...args: Parameters<LinkedEnd[M]>): ReturnType<LinkedEnd[M]> {
    return this.peer.call('tell', this.end, method, args) as ReturnType<LinkedEnd[M]>
  }
}
