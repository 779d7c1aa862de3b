import { Observable } from 'rxjs'
import type { Log } from '../contracts/index.js'
import { type AnyContract, reasonOf, SignalboxError, type StateKey } from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'
import { freeze } from '../node/freeze.js'
import type { PeerSession } from '../node/peer-session.js'
import type { Peers } from '../node/peers.js'
import type { Recipient, Service } from '../node/recipient.js'
import { FollowedState, type Versioned } from './followed-state.js'
import { readVersion, writeVersion } from './state-version.js'

/** What states need of their node. */
export interface StateSurroundings {
  /** This life of this node. */
  readonly incarnation: string
  readonly contracts: ContractTable
  readonly peers: Peers
  /** Whether values are frozen, so that a follower here that changes one is found out early. */
  readonly freeze: boolean
  readonly log: Log
}

/** A state of which this node is the owner. */
interface Owned extends Versioned {
  readonly contract: LocalContract
}

/**
 * Keyed values with one owner, which others follow. A follower gets the present value first and then each
 * change; one that is slow skips what was overtaken: of a state only the latest counts.
 */
export class States implements Service {
  readonly #owned = new Map<string, Owned>()
  readonly #followed = new Map<string, FollowedState>()
  /** Topics whose value is on its way to a peer, and whether a newer one must follow. */
  readonly #onTheWay = new WeakMap<PeerSession, Map<string, boolean>>()

  constructor(private readonly surroundings: StateSurroundings) {
    surroundings.peers.interests$.subscribe(({ topic, wanted, from }) => {
      if (wanted && this.#owned.has(topic)) this.#push(from, topic)
    })
    surroundings.peers.events$.subscribe(({ type, incarnation }) => {
      if (type === 'down') for (const followed of this.#followed.values()) followed.ownerLost(incarnation)
    })
  }

  /**
   * Sets a state. Whoever sets it first owns it; when two nodes do, the one that began later is believed.
   */
  provide<V>(key: StateKey<V>, value: V): void {
    const contract = this.#register(key)
    const topic = topicOf(key)
    if (this.surroundings.freeze) freeze(value)
    const { epoch, count } = this.#owned.get(topic)?.version ?? { epoch: Date.now(), count: 0 }
    const owned: Owned = {
      contract,
      value,
      version: { epoch, owner: this.surroundings.incarnation, count: count + 1 },
    }
    this.#owned.set(topic, owned)
    this.#followed.get(topic)?.arrived(owned)
    for (const session of this.surroundings.peers.interestedIn(topic)) this.#push(session, topic)
  }

  /** The present value and every later one, wherever its owner is. It goes on when the owner is restarted. */
  hot<V>(key: StateKey<V>): Observable<V> {
    this.#register(key)
    const topic = topicOf(key)
    return new Observable<V>(subscriber => {
      const followed = this.#follow(topic)
      const subscription = followed.values$.subscribe({
        next: value => subscriber.next(value as V),
        complete: () => subscriber.complete(),
      })
      return () => {
        subscription.unsubscribe()
        this.#unfollow(topic, followed)
      }
    })
  }

  open(): Recipient {
    return {
      tell: (contract, value, note) => {
        const { key, version } = readVersion(note)
        this.#followed.get(`state ${contract.key} ${key}`)?.arrived({ value, version })
      },
      ask: contract => {
        throw new SignalboxError('CONTRACT_UNHANDLED', `${contract.key}: a state answers nothing`)
      },
    }
  }

  /** Ends all followers. */
  close(): void {
    for (const followed of this.#followed.values()) followed.end()
  }

  #register(key: StateKey): LocalContract {
    return this.surroundings.contracts.register(key.state as AnyContract)
  }

  #follow(topic: string): FollowedState {
    let followed = this.#followed.get(topic)
    if (followed === undefined) {
      followed = new FollowedState(this.surroundings.peers.want(topic))
      this.#followed.set(topic, followed)
      const owned = this.#owned.get(topic)
      if (owned !== undefined) followed.arrived(owned)
    }
    followed.followers++
    return followed
  }

  #unfollow(topic: string, followed: FollowedState): void {
    if (--followed.followers > 0) return
    this.#followed.delete(topic)
    followed.unwant()
  }

  /** Sends the present value to a follower; while one is on its way, only that a newer one must follow. */
  #push(session: PeerSession, topic: string): void {
    let onTheWay = this.#onTheWay.get(session)
    if (onTheWay === undefined) {
      onTheWay = new Map()
      this.#onTheWay.set(session, onTheWay)
    }
    if (onTheWay.has(topic)) {
      onTheWay.set(topic, true)
      return
    }
    const owned = this.#owned.get(topic)
    if (owned === undefined) return
    const { contract, value, version } = owned
    const sent = onTheWay
    sent.set(topic, false)
    const key = topic.slice(`state ${contract.key} `.length)
    session
      .send(`state ${contract.key}`, contract, value, { note: writeVersion(key, version) })
      .catch((error: unknown) => {
        if (!session.link.ended)
          this.surroundings.log.warn(`${session.node} refused ${topic}`, { reason: reasonOf(error) })
      })
      .finally(() => {
        const again = sent.get(topic) === true
        sent.delete(topic)
        if (again && !session.link.ended && session.interests.has(topic)) this.#push(session, topic)
      })
  }
}

function topicOf({ state, key }: StateKey): string {
  return `state ${state.kind} ${state.name}@${state.version} ${JSON.stringify(key)}`
}
