import { Subject } from 'rxjs'
import {
  type Clock,
  type CloseReason,
  type Codec,
  isSignalboxError,
  type Log,
  reasonOf,
  SignalboxError,
  validate,
} from '../contracts/index.js'
import {
  ByteReader,
  type Link,
  type LinkHost,
  type OutboundLane,
  type Receipt,
  type Session,
  violation,
} from '../link/index.js'
import { readAnswerHead } from './answer-message.js'
import { Answering } from './answering.js'
import type { ContractTable, LocalContract } from './contract-table.js'
import {
  type ControlReceiver,
  encodeAbandoned,
  encodeCatalogue,
  encodeInterest,
  type InterestChange,
  readControl,
} from './control-message.js'
import type { Declaration } from './declaration.js'
import { Delivery, type Understand } from './delivery.js'
import type { AskOptions } from './open-question.js'
import { PeerContracts } from './peer-contracts.js'
import { type NumberedQuestion, Questions } from './questions.js'
import type { Service } from './recipient.js'
import { SpokenContracts } from './spoken-contracts.js'

/** Contracts in one message of the catalogue. */
const CATALOGUE_PAGE = 50
/** Topics that one peer may be interested in (I12). */
const INTERESTS = 65_536
const NOTHING = new Uint8Array()

/** What a session takes from its node. */
export interface SessionSurroundings {
  readonly self: string
  readonly services: ReadonlyMap<string, Service>
  readonly contracts: ContractTable
  readonly codecs: ReadonlyMap<string, Codec>
  /** The topics that this node wants to hear. */
  readonly interests: () => Iterable<string>
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
  readonly clock: Clock
  readonly log: Log
}

/**
 * One session with another node: typed messages over the lanes of one link. Lanes are opened by label
 * with their first message, contracts are declared with theirs.
 */
export class PeerSession {
  /** The name of the peer's node. */
  readonly node: string
  /** The life of the peer's node (I1), as hexadecimal text. */
  readonly incarnation: string
  /** Topics that the peer wants to hear. */
  readonly interests = new Set<string>()
  readonly interestChanges$ = new Subject<InterestChange>()
  /** What the link asks for; given to it when it is made. */
  readonly host: LinkHost = {
    control: { accept: message => this.#onControl(new ByteReader(message)) },
    replies: {
      accept: message => this.#onAnswer(new ByteReader(message)),
      read: message => this.#onAnswer(message),
    },
    laneOpened: label => this.#delivery.laneOpened(label),
    attached: link => this.#attached(link),
  }
  #link: Link | undefined
  /** Whose words make no sense is not to be believed in anything more. */
  readonly #understand: Understand = (read, input) => {
    try {
      return read(input)
    } catch (error) {
      if (isSignalboxError(error, 'PROTOCOL_VIOLATION')) this.link.accuse(error)
      throw error
    }
  }
  readonly #lanes = new Map<string, OutboundLane>()
  readonly #spoken: SpokenContracts
  readonly #theirs: PeerContracts
  readonly #questions: Questions
  readonly #answering: Answering
  readonly #delivery: Delivery

  /**
   * @param greeting what the handshake agreed on
   * @throws SignalboxError `HANDSHAKE_REFUSED` when the codec is not installed
   */
  constructor(
    private readonly surroundings: SessionSurroundings,
    greeting: Session,
  ) {
    const { self, contracts, codecs, clock, patience } = surroundings
    const codec = codecs.get(greeting.codec)
    if (codec === undefined)
      throw new SignalboxError('HANDSHAKE_REFUSED', `the codec ${greeting.codec} is not installed here`)
    this.node = greeting.theirs.node
    this.incarnation = Buffer.from(greeting.theirs.incarnation).toString('hex')
    this.#spoken = new SpokenContracts(codec)
    this.#theirs = new PeerContracts(this.node, self, contracts, codec)
    this.#questions = new Questions(clock, this.node, patience, abandoned => {
      if (!this.link.ended) this.#control(encodeAbandoned(abandoned))
    })
    this.#answering = new Answering(this.node, this.#spoken, () =>
      this.link.ended ? undefined : this.link.replies,
    )
    this.#delivery = new Delivery(surroundings.services, this.#theirs, this.#answering, this.#understand)
  }

  get link(): Link {
    if (this.#link === undefined) throw new SignalboxError('CLOSED', 'the session has not begun')
    return this.#link
  }

  /**
   * Sends a message if it may go now; false when it may not.
   * @throws SignalboxError `VALUE_NOT_ENCODABLE`, `CONTRACT_MISMATCH`, `FRAME_TOO_LARGE`, `CLOSED`, `LIMIT_EXCEEDED`
   */
  tell(label: string, contract: LocalContract, value: unknown, receipt: Receipt): boolean {
    const lane = this.#lane(label)
    const spoken = this.#spoken.of(contract)
    if (spoken.known !== undefined) return lane.offerValue(spoken.known.head, spoken.input, value, receipt)
    this.#theirs.assertAgreed(contract)
    return lane.offerValue(spoken.head(), spoken.input, value, spoken.learning(receipt))
  }

  /** Resolves when it is worth while to try again what {@link tell} refused. @throws SignalboxError `CLOSED` with the session */
  room(label: string): Promise<void> {
    return this.#lanes.get(label)?.room() ?? Promise.resolve()
  }

  /** Sends a message as soon as there is room; resolves when it was accepted. @throws SignalboxError like a lane's `send` */
  async send(
    label: string,
    contract: LocalContract,
    value: unknown,
    { note, signal }: { readonly note?: Uint8Array; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    this.#theirs.assertAgreed(contract)
    const spoken = this.#spoken.of(contract)
    const head = spoken.head(note === undefined ? undefined : { note })
    await this.#lane(label).sendValue(head, spoken.input, value, signal)
    spoken.learned()
  }

  /** Asks, and resolves with the answer. @throws SignalboxError `TIMEOUT`, `ABORTED`, `PEER_LOST`, or what the peer says */
  ask(label: string, contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    const question = this.#questions.open(contract, label, options)
    if (!question.open) return question.answered // it was taken back before it was asked
    try {
      this.#put(label, contract, value, question, options.signal)
    } catch (error) {
      this.#questions.take(question.number)?.fail(error)
    }
    return question.answered
  }

  /** Tells the peer whether this node wants to hear `topic`. */
  setInterest(topic: string, wanted: boolean): void {
    this.#control(encodeInterest({ topic, wanted }))
  }

  #put(
    label: string,
    contract: LocalContract,
    value: unknown,
    question: NumberedQuestion,
    signal: AbortSignal | undefined,
  ): void {
    const lane = this.#lane(label)
    const spoken = this.#spoken.of(contract)
    if (spoken.known !== undefined) {
      lane.postValue(NOTHING, spoken.known.questions, { question: question.number, value }, question, signal)
      return
    }
    this.#theirs.assertAgreed(contract)
    const receipt = spoken.learning(question)
    lane.postValue(spoken.head({ question: question.number }), spoken.input, value, receipt, signal)
  }

  #attached(link: Link): void {
    this.#link = link
    void link.closed.then(reason => this.#ended(reason))
    this.#sendCatalogue()
    for (const topic of this.surroundings.interests()) this.setInterest(topic, true)
  }

  #lane(label: string): OutboundLane {
    let lane = this.#lanes.get(label)
    if (lane === undefined) {
      if (this.#lanes.size >= this.link.session.theirs.lanes) this.#endIdleLane()
      lane = this.link.openLane(new TextEncoder().encode(label))
      this.#lanes.set(label, lane)
    }
    return lane
  }

  /** Makes room for a new lane: the oldest one with nothing on its way. */
  #endIdleLane(): void {
    for (const [label, lane] of this.#lanes) {
      if (!lane.quiet) continue
      lane.end()
      this.#lanes.delete(label)
      return
    }
  }

  #control(message: Uint8Array): void {
    this.link.control.send(message, NOTHING).catch((error: unknown) => {
      if (!this.link.ended)
        this.surroundings.log.warn(`${this.node} refused a control message`, { reason: reasonOf(error) })
    })
  }

  #sendCatalogue(): void {
    const all = [...this.surroundings.contracts]
    for (let first = 0; first < all.length; first += CATALOGUE_PAGE) {
      const page = all.slice(first, first + CATALOGUE_PAGE)
      this.link.control.send(encodeCatalogue(page), NOTHING).then(
        () => {
          for (const contract of page) this.#spoken.of(contract).learned()
        },
        () => {}, // then each contract is declared with its first message
      )
    }
  }

  #onControl(message: ByteReader): void {
    const heard: ControlReceiver = {
      declared: declaration => this.#declared(declaration),
      interest: change => this.#onInterest(change),
      abandoned: question => this.#answering.abandoned(question),
    }
    this.#understand(input => readControl(input, heard), message)
  }

  /** The nodes meet: a contract that they understand differently is reported at once, and only it fails. */
  #declared(declaration: Declaration): void {
    const { contracts, log } = this.surroundings
    const theirs = this.#theirs.declare(declaration)
    if (contracts.find(theirs.key) === undefined) return
    try {
      theirs.local()
    } catch (error) {
      log.warn(reasonOf(error))
    }
  }

  #onInterest(change: InterestChange): void {
    if (!change.wanted) this.interests.delete(change.topic)
    else if (this.interests.size < INTERESTS) this.interests.add(change.topic)
    else throw new SignalboxError('LIMIT_EXCEEDED', `a node may want ${INTERESTS} topics`)
    this.interestChanges$.next(change)
  }

  #onAnswer(input: ByteReader): void {
    const head = this.#understand(readAnswerHead, input)
    if ('failure' in head) {
      this.#questions.take(head.question)?.fail(head.failure)
      return
    }
    const theirs =
      typeof head.contract === 'number'
        ? this.#theirs.get(head.contract)
        : this.#theirs.declare(head.contract)
    const question = this.#questions.take(head.question)
    if (question === undefined) return // given up in the meantime
    try {
      const { contract, number } = question
      const { output } = contract.judges
      if (theirs.local() !== contract || output === undefined)
        throw violation(`question ${number} about ${contract.key} is answered with ${theirs.key}`)
      question.answer(validate(output, input.value(theirs.decoder('output')), theirs.answer))
    } catch (error) {
      question.fail(error)
    }
  }

  #ended(reason: CloseReason): void {
    const cause = reason.by === 'fault' ? reason.error : undefined
    const because = cause === undefined ? '' : `: ${cause.message}`
    const why = `the session with ${this.node} ended${because}`
    this.#questions.failAll(new SignalboxError('PEER_LOST', `the outcome is unknown: ${why}`, { cause }))
    this.#answering.ended(new SignalboxError('PEER_LOST', why))
    this.#lanes.clear()
    this.interests.clear()
    this.interestChanges$.complete()
  }
}
