import { SignalboxError, validate } from '../contracts/index.js'
import { ByteReader, type LaneSink } from '../link/index.js'
import type { Answering } from './answering.js'
import { decodeHead } from './envelope.js'
import type { PeerContracts } from './peer-contracts.js'
import { type Recipient, readLabel, type Service } from './recipient.js'

/** Reads what nodes say for themselves, and ends the session with a peer whose words make no sense. */
export type Understand = <T>(read: (input: ByteReader) => T, input: ByteReader) => T

/** Brings what a peer sends in its lanes to those whom it is for. */
export class Delivery {
  constructor(
    private readonly services: ReadonlyMap<string, Service>,
    private readonly theirs: PeerContracts,
    private readonly answering: Answering,
    private readonly understand: Understand,
  ) {}

  /** The peer opens a lane for whom its label names; where there is nobody, all of its messages are rejected. */
  laneOpened(label: Uint8Array): LaneSink {
    const [service, name] = readLabel(label)
    try {
      const opened = this.services.get(service)
      if (opened === undefined) throw new SignalboxError('ACTOR_UNKNOWN', `there is no service ${service}`)
      const recipient = opened.open(name)
      return {
        accept: message => this.#deliver(recipient, new ByteReader(message)),
        read: message => this.#deliver(recipient, message),
      }
    } catch (error) {
      return {
        accept: () => {
          throw error
        },
      }
    }
  }

  #deliver(recipient: Recipient, input: ByteReader): void | Promise<void> {
    const { declaration, contract: number, question, note } = this.understand(decodeHead, input)
    if (declaration !== undefined) this.theirs.declare(declaration)
    recipient.assertPresent?.()
    const theirs = this.theirs.get(number)
    const contract = theirs.local()
    const value = validate(contract.judges.input, input.value(theirs.decoder('input')), contract.key)
    if (question === undefined) return recipient.tell(contract, value, note)
    return this.answering.deliver(recipient, contract, value, question)
  }
}
