import { distinctUntilChanged, map, Observable, ReplaySubject } from 'rxjs'
import type { Log } from '../contracts/index.js'
import { type AnyContract, reasonOf, SignalboxError, type StateKey } from '../contracts/index.js'
import type { ContractTable, LocalContract } from '../node/contract-table.js'
import type { PeerSession } from '../node/peer-session.js'
import type { Peers } from '../node/peers.js'
import type { Recipient, Service } from '../node/recipient.js'
import { isNewer, readVersion, type Version, writeVersion } from './state-version.js'

/** What states need of their node. */
export interface StateSurroundings {
  /** This life of this node. */
  readonly incarnation: string
  readonly contracts: ContractTable
  readonly peers: Peers
  readonly log: Log
}

/** A value and its place among the values that the state had. */
interface Versioned {
  readonly value: unknown
  readonly version: Version
}

/** A state of which this node is the owner. */
interface Owned extends Versioned {
  readonly contract: LocalContract
}

/** A state that is followed here. */
interface Followed {
  readonly values$: ReplaySubject<Versioned>
  latest: Versioned | undefined
  followers: number
  readonly unwant: () => void
}

/**
 * Keyed values with one owner, which others follow. A follower gets the present value first and then each
 * change; one that is slow skips what was overtaken: of a state only the latest counts.
 */
export class States implements Service {
  readonly #owned = new Map<string, Owned>()
  readonly #followed = new Map<string, Followed>()
  /** Topics whose value is on its way to a peer, and whether a newer one must follow. */
  readonly #onTheWay = new WeakMap<PeerSession, Map<string, boolean>>()

  constructor(private readonly surroundings: StateSurroundings) {
    surroundings.peers.interests$.subscribe(({ topic, wanted, from }) => {
      if (wanted && this.#owned.has(topic)) this.#push(from, topic)
    })
  }

  /**
   * Sets a state. Whoever sets it first owns it; when two nodes do, the one that began later is believed.
   */
  provide<V>(key: StateKey<V>, value: V): void {
    const contract = this.#register(key)
    const topic = topicOf(key)
    const { epoch, count } = this.#owned.get(topic)?.version ?? { epoch: Date.now(), count: 0 }
    const owned: Owned = {
      contract,
      value,
      version: { epoch, owner: this.surroundings.incarnation, count: count + 1 },
    }
    this.#owned.set(topic, owned)
    this.#arrived(topic, owned)
    for (const session of this.surroundings.peers.interestedIn(topic)) this.#push(session, topic)
  }

  /** The present value and every later one, wherever its owner is. It goes on when the owner is restarted. */
  hot<V>(key: StateKey<V>): Observable<V> {
    this.#register(key)
    const topic = topicOf(key)
    return new Observable<V>(subscriber => {
      const followed = this.#follow(topic)
      const subscription = followed.values$
        .pipe(
          distinctUntilChanged((before, after) => before.version === after.version),
          map(({ value }) => value as V),
        )
        .subscribe(subscriber)
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
        this.#arrived(`state ${contract.key} ${key}`, { value, version })
      },
      ask: contract => {
        throw new SignalboxError('CONTRACT_UNHANDLED', `${contract.key}: a state answers nothing`)
      },
    }
  }

  /** Ends all followers. */
  close(): void {
    for (const { values$ } of this.#followed.values()) values$.complete()
  }

  #register(key: StateKey): LocalContract {
    return this.surroundings.contracts.register(key.state as AnyContract)
  }

  #follow(topic: string): Followed {
    let followed = this.#followed.get(topic)
    if (followed === undefined) {
      followed = {
        values$: new ReplaySubject(1),
        latest: undefined,
        followers: 0,
        unwant: this.surroundings.peers.want(topic),
      }
      this.#followed.set(topic, followed)
      const owned = this.#owned.get(topic)
      if (owned !== undefined) this.#arrived(topic, owned)
    }
    followed.followers++
    return followed
  }

  #unfollow(topic: string, followed: Followed): void {
    if (--followed.followers > 0) return
    this.#followed.delete(topic)
    followed.unwant()
  }

  #arrived(topic: string, arrived: Versioned): void {
    const followed = this.#followed.get(topic)
    if (followed === undefined) return
    if (followed.latest !== undefined && !isNewer(arrived.version, followed.latest.version)) return
    followed.latest = arrived
    followed.values$.next(arrived)
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
