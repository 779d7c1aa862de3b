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
  ByteWriter,
  errorOf,
  type LaneSink,
  type Link,
  type LinkHost,
  type OutboundLane,
  type Receipt,
  readReason,
  violation,
  writeReason,
} from '../link/index.js'
import type { ContractTable, LocalContract } from './contract-table.js'
import { readDeclaration, writeDeclaration } from './declaration.js'
import { decodeHead, encodeHead, type HeadOptions } from './envelope.js'
import { type PeerContract, PeerContracts } from './peer-contracts.js'
import { type AskOptions, Questions } from './questions.js'
import { decodeLabel, encodeLabel, type Recipient, type Reply, type Service } from './recipient.js'

/** What the nodes tell each other on the control lane. */
const Control = { catalogue: 0x01, interest: 0x02, abandoned: 0x03 } as const

/** What stands first on the lane of answers. The flag `declares` may be added. */
const Answer = { value: 0x01, failure: 0x02, declares: 0x80 } as const

/** Contracts in one message of the catalogue. */
const CATALOGUE_PAGE = 50
/** Topics that one peer may be interested in (I12). */
const INTERESTS = 65_536
const TOPIC_LENGTH = 2048

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

/** A change of what a peer wants to hear. */
export interface InterestChange {
  readonly topic: string
  readonly wanted: boolean
}

/**
 * One session with another node: typed messages over the lanes of one link. Lanes are opened by label
 * with their first message, contracts are declared with theirs.
 */
export class PeerSession {
  /** Topics that the peer wants to hear. */
  readonly interests = new Set<string>()
  readonly interestChanges$ = new Subject<InterestChange>()
  /** What the link asks for; given to it when it is made. */
  readonly host: LinkHost = {
    control: { accept: message => this.#onControl(new ByteReader(message)) },
    replies: { accept: message => this.#onAnswer(new ByteReader(message)) },
    laneOpened: label => this.#laneOpened(label),
    attached: link => this.#attached(link),
  }
  #link: Link | undefined
  #codec: Codec | undefined
  #theirs: PeerContracts | undefined
  readonly #lanes = new Map<string, OutboundLane>()
  /** Contracts of ours that the peer certainly knows, with the head of a plain message. */
  readonly #known = new Map<LocalContract, Uint8Array>()
  readonly #questions: Questions
  /** Questions of the peer that are being answered here. */
  readonly #answering = new Map<number, AbortController>()

  constructor(private readonly surroundings: SessionSurroundings) {
    this.#questions = new Questions(surroundings.clock, surroundings.patience)
  }

  #attached(link: Link): void {
    this.#link = link
    void link.closed.then(reason => this.#ended(reason))
    this.#sendCatalogue(this.surroundings.contracts)
    for (const topic of this.surroundings.interests()) this.setInterest(topic, true)
  }

  get link(): Link {
    if (this.#link === undefined) throw new SignalboxError('CLOSED', 'the session has not begun')
    return this.#link
  }

  /** The name of the peer's node. */
  get node(): string {
    return this.link.peer
  }

  /** The life of the peer's node (I1), as hexadecimal text. */
  get incarnation(): string {
    return Buffer.from(this.link.session.theirs.incarnation).toString('hex')
  }

  /**
   * Sends a message if it may go now; false when it may not.
   * @throws SignalboxError `VALUE_NOT_ENCODABLE`, `CONTRACT_MISMATCH`, `FRAME_TOO_LARGE`, `CLOSED`, `LIMIT_EXCEEDED`
   */
  tell(label: string, contract: LocalContract, value: unknown, receipt: Receipt): boolean {
    const lane = this.#lane(label)
    const head = this.#known.get(contract)
    if (head !== undefined) return lane.offer(head, this.#encode(contract, value), receipt)
    const learns: Receipt = {
      settle: outcome => {
        if (outcome.status === 'accepted') this.#learned(contract)
        receipt.settle(outcome)
      },
    }
    return lane.offer(this.#head(contract, {}), this.#encode(contract, value), learns)
  }

  /** Sends a message as soon as there is room; resolves when it was accepted. @throws SignalboxError like a lane's `send` */
  async send(
    label: string,
    contract: LocalContract,
    value: unknown,
    { note, signal }: { readonly note?: Uint8Array; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const head = this.#head(contract, note === undefined ? {} : { note })
    await this.#lane(label).send(head, this.#encode(contract, value), signal)
    this.#learned(contract)
  }

  /** Asks, and resolves with the answer. @throws SignalboxError `TIMEOUT`, `ABORTED`, `PEER_LOST`, or what the peer says */
  ask(label: string, contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    const lane = this.#lane(label)
    const body = this.#encode(contract, value).slice() // the question is opened in between
    const question = this.#questions.open(contract, `${this.node} (${label})`, options, id => {
      if (!this.link.ended) this.#control(new ByteWriter().u8(Control.abandoned).varint(id))
    })
    lane.send(this.#head(contract, { question: question.id }), body, options.signal).then(
      () => this.#learned(contract),
      (error: unknown) => this.#questions.fail(question.id, error),
    )
    return question.answer
  }

  /** Tells the peer whether this node wants to hear `topic`. */
  setInterest(topic: string, wanted: boolean): void {
    this.#control(
      new ByteWriter()
        .u8(Control.interest)
        .u8(wanted ? 1 : 0)
        .text(topic),
    )
  }

  #lane(label: string): OutboundLane {
    let lane = this.#lanes.get(label)
    if (lane === undefined) {
      if (this.#lanes.size >= this.link.session.theirs.lanes) this.#endIdleLane()
      const space = label.indexOf(' ')
      lane = this.link.openLane(encodeLabel(label.slice(0, space), label.slice(space + 1)))
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

  #head(contract: LocalContract, options: Omit<HeadOptions, 'known'>): Uint8Array {
    this.#contracts.assertAgreed(contract)
    return encodeHead(contract, { ...options, known: this.#known.has(contract) })
  }

  #encode(contract: LocalContract, value: unknown): Uint8Array {
    return contract.encoder('input', this.#negotiated).encode(value)
  }

  #learned(contract: LocalContract): void {
    if (!this.#known.has(contract)) this.#known.set(contract, encodeHead(contract, { known: true }))
  }

  get #negotiated(): Codec {
    if (this.#codec === undefined) {
      const name = this.link.session.codec
      const codec = this.surroundings.codecs.get(name)
      if (codec === undefined)
        throw new SignalboxError('HANDSHAKE_REFUSED', `the codec ${name} is not installed`)
      this.#codec = codec
    }
    return this.#codec
  }

  get #contracts(): PeerContracts {
    const { self, contracts } = this.surroundings
    this.#theirs ??= new PeerContracts(this.node, self, contracts, this.#negotiated)
    return this.#theirs
  }

  #control(out: ByteWriter): void {
    this.link.control.send(out.done(), new Uint8Array()).catch((error: unknown) => {
      if (!this.link.ended)
        this.surroundings.log.warn(`${this.node} refused a control message`, { reason: reasonOf(error) })
    })
  }

  #sendCatalogue(contracts: ContractTable): void {
    const all = [...contracts]
    for (let first = 0; first < all.length; first += CATALOGUE_PAGE) {
      const page = all.slice(first, first + CATALOGUE_PAGE)
      const out = new ByteWriter().u8(Control.catalogue).varint(page.length)
      for (const contract of page) writeDeclaration(out, contract)
      this.link.control.send(out.done(), new Uint8Array()).then(
        () => page.forEach(contract => this.#learned(contract)),
        () => {}, // then each contract is declared with its first message
      )
    }
  }

  #onControl(input: ByteReader): void {
    const kind = input.u8()
    switch (kind) {
      case Control.catalogue:
        for (let left = input.varint(); left > 0; left--)
          this.#declared(this.#contracts.declare(readDeclaration(input)))
        break
      case Control.interest: {
        const wanted = input.u8() === 1
        this.#onInterest({ topic: input.text(TOPIC_LENGTH), wanted })
        break
      }
      case Control.abandoned:
        this.#answering
          .get(input.varint())
          ?.abort(new SignalboxError('ABORTED', `${this.node} no longer waits for the answer`))
        break
      default:
        throw violation(`0x${kind.toString(16)} is no control message`)
    }
    input.end()
  }

  /** The nodes meet: a contract that they understand differently is reported at once, and only it fails. */
  #declared(theirs: PeerContract): void {
    const { contracts, log } = this.surroundings
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

  #laneOpened(label: Uint8Array): LaneSink {
    const [service, name] = decodeLabel(label)
    try {
      const opened = this.surroundings.services.get(service)
      if (opened === undefined) throw new SignalboxError('ACTOR_UNKNOWN', `there is no service ${service}`)
      const recipient = opened.open(name)
      return {
        accept: message => this.#deliver(recipient, new ByteReader(message)),
        ended: () => recipient.ended?.(),
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
    const head = decodeHead(input)
    if (head.declaration !== undefined) this.#contracts.declare(head.declaration)
    recipient.assertPresent?.()
    const theirs = this.#contracts.get(head.contract)
    const contract = theirs.local()
    const value = validate(contract.schemas.input, theirs.decoder('input').decode(input.rest()), contract.key)
    if (head.question === undefined) return recipient.tell(contract, value, head.note)
    return this.#deliverQuestion(recipient, contract, value, head.question)
  }

  #deliverQuestion(
    recipient: Recipient,
    contract: LocalContract,
    value: unknown,
    question: number,
  ): void | Promise<void> {
    if (contract.schemas.output === undefined)
      throw new SignalboxError('CONTRACT_UNHANDLED', `${contract.key} has no answer`)
    if (this.#answering.has(question)) throw violation(`question ${question} is asked a second time`)
    const abort = new AbortController()
    this.#answering.set(question, abort)
    const close = () => this.#answering.get(question) === abort && this.#answering.delete(question)
    const reply: Reply = {
      signal: abort.signal,
      answer: answer => {
        if (close()) this.#answer(question, contract, answer)
      },
      fail: error => {
        if (close()) this.#fail(question, error)
      },
    }
    try {
      const accepted = recipient.ask(contract, value, reply)
      return accepted?.catch((error: unknown) => {
        close()
        throw error
      })
    } catch (error) {
      close() // the refusal of the question is its answer
      throw error
    }
  }

  #answer(question: number, contract: LocalContract, value: unknown): void {
    if (this.link.ended) return
    try {
      const known = this.#known.has(contract)
      const out = new ByteWriter().u8(known ? Answer.value : Answer.value | Answer.declares).varint(question)
      if (known) out.varint(contract.id)
      else writeDeclaration(out, contract)
      const body = contract.encoder('output', this.#negotiated).encode(value)
      this.link.replies.send(out.done(), body).catch((error: unknown) => {
        if (isSignalboxError(error, 'FRAME_TOO_LARGE')) this.#fail(question, error)
      })
    } catch (error) {
      const why = isSignalboxError(error) ? error : new SignalboxError('HANDLER_FAILED', reasonOf(error))
      this.#fail(question, why)
    }
  }

  #fail(question: number, error: SignalboxError): void {
    if (this.link.ended) return
    const out = writeReason(new ByteWriter().u8(Answer.failure).varint(question), error.code, error.message)
    this.link.replies.send(out.done(), new Uint8Array()).catch(() => {}) // the session's end fails the question there
  }

  #onAnswer(input: ByteReader): void {
    const first = input.u8()
    const question = input.varint()
    if (first === Answer.failure) {
      this.#questions.fail(question, errorOf(readReason(input)))
      return
    }
    if ((first & ~Answer.declares) !== Answer.value)
      throw violation(`0x${first.toString(16)} is no kind of answer`)
    const theirs =
      (first & Answer.declares) === 0
        ? this.#contracts.get(input.varint())
        : this.#contracts.declare(readDeclaration(input))
    const contract = this.#questions.contractOf(question)
    if (contract === undefined) return // given up in the meantime
    try {
      if (theirs.local() !== contract || contract.schemas.output === undefined) {
        throw violation(`question ${question} about ${contract.key} is answered with ${theirs.key}`)
      }
      const value = theirs.decoder('output').decode(input.rest())
      this.#questions.answer(
        question,
        validate(contract.schemas.output, value, `${contract.key}, answer of ${this.node}`),
      )
    } catch (error) {
      this.#questions.fail(question, error)
    }
  }

  #ended(reason: CloseReason): void {
    const cause = reason.by === 'fault' ? reason.error : undefined
    const why =
      cause === undefined
        ? `the session with ${this.node} ended`
        : `the session with ${this.node} ended: ${cause.message}`
    this.#questions.failAll(new SignalboxError('PEER_LOST', `the outcome is unknown: ${why}`, { cause }))
    for (const abort of this.#answering.values()) abort.abort(new SignalboxError('PEER_LOST', why))
    this.#answering.clear()
    this.#lanes.clear()
    this.interests.clear()
    this.interestChanges$.complete()
  }
}
