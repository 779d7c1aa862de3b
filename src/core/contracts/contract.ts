import type { StandardSchemaV1 } from '@standard-schema/spec'
import { SignalboxError } from './errors.js'
import { assertSynchronous, type NonConverting, type Schema, type TypeOf, validate } from './schema.js'

/** What every kind of contract has. Two nodes mean the same by one name and version. */
interface Named<K extends string> {
  readonly kind: K
  readonly name: string
  readonly version: number
}

/** Something that is said: it has a payload and no answer. */
export interface MessageContract<P = unknown> extends Named<'message'> {
  readonly payload: Schema<P>
}

/** Something that is asked: it has an input and an answer. */
export interface RequestContract<I = unknown, O = unknown> extends Named<'request'> {
  readonly input: Schema<I>
  readonly output: Schema<O>
}

/** A keyed value that has one owner and that others follow. */
export interface StateContract<K extends string | number = string | number, V = unknown>
  extends Named<'state'> {
  readonly key: Schema<K>
  readonly value: Schema<V>
  /** This state at one key. @throws SignalboxError `PAYLOAD_INVALID` when the key does not fit. */
  of(key: K): StateKey<V>
}

/** One key of a state: what `provide` and `hot` take. */
export interface StateKey<V = unknown> {
  readonly state: StateContract<string | number, V>
  readonly key: string | number
}

/** A contract of any kind. */
export type AnyContract = MessageContract | RequestContract | StateContract

/** What a protocol is made of. */
export type ProtocolEntries = Readonly<Record<string, MessageContract | RequestContract>>

/** What an actor understands: contracts under the names of its handlers. */
export interface Protocol<E extends ProtocolEntries = ProtocolEntries> {
  readonly kind: 'protocol'
  readonly name: string
  readonly entries: E
}

/** Options of every contract. */
export interface ContractOptions {
  /** Counts up when the meaning changes: another version is another contract. @default 1 */
  readonly version?: number
}

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/i

/**
 * Declares a message.
 * @throws SignalboxError `CONTRACT_INVALID` for a bad name, a version that is no positive integer, or an asynchronous schema.
 * @example const Placed = message('orders.placed', z.object({ id: z.string() }))
 */
export function message<S extends StandardSchemaV1>(
  name: string,
  payload: S & NonConverting<S>,
  options?: ContractOptions,
): MessageContract<TypeOf<S>> {
  const head = named('message', name, options)
  assertSynchronous(payload, `message ${name}`)
  return Object.freeze({ ...head, payload: payload as Schema<TypeOf<S>> })
}

/**
 * Declares a request and its answer.
 * @throws SignalboxError `CONTRACT_INVALID` like {@link message}.
 * @example const Quote = request('orders.quote', { input: z.string(), output: z.number() })
 */
export function request<I extends StandardSchemaV1, O extends StandardSchemaV1>(
  name: string,
  schemas: { readonly input: I & NonConverting<I>; readonly output: O & NonConverting<O> },
  options?: ContractOptions,
): RequestContract<TypeOf<I>, TypeOf<O>> {
  const head = named('request', name, options)
  assertSynchronous(schemas.input, `request ${name}, input`)
  assertSynchronous(schemas.output, `request ${name}, output`)
  return Object.freeze({
    ...head,
    input: schemas.input as Schema<TypeOf<I>>,
    output: schemas.output as Schema<TypeOf<O>>,
  })
}

/**
 * Declares a keyed state.
 * @throws SignalboxError `CONTRACT_INVALID` like {@link message}.
 * @example const Stock = state('stock.level', { key: z.string(), value: z.number() })
 */
export function state<K extends StandardSchemaV1<string | number>, V extends StandardSchemaV1>(
  name: string,
  schemas: { readonly key: K & NonConverting<K>; readonly value: V & NonConverting<V> },
  options?: ContractOptions,
): StateContract<TypeOf<K> & (string | number), TypeOf<V>> {
  type Key = TypeOf<K> & (string | number)
  const head = named('state', name, options)
  assertSynchronous(schemas.key, `state ${name}, key`)
  assertSynchronous(schemas.value, `state ${name}, value`)
  const contract: StateContract<Key, TypeOf<V>> = Object.freeze({
    ...head,
    key: schemas.key as unknown as Schema<Key>,
    value: schemas.value as Schema<TypeOf<V>>,
    of: (key: Key): StateKey<TypeOf<V>> => {
      if (typeof key !== 'string' && typeof key !== 'number') {
        throw new SignalboxError(
          'PAYLOAD_INVALID',
          `state ${name}: a key is a string or a number, not ${typeof key}`,
        )
      }
      return Object.freeze({ state: contract, key: validate(contract.key, key, `state ${name}, key`) })
    },
  })
  return contract
}

/**
 * Declares what an actor understands. Each entry's name is the name of its handler.
 * @throws SignalboxError `CONTRACT_INVALID` for a bad name, an empty protocol, or one contract under two names.
 */
export function protocol<const E extends ProtocolEntries>(name: string, entries: E): Protocol<E> {
  if (!NAME.test(name)) throw badName('protocol', name)
  const seen = new Map<string, string>()
  for (const [handler, contract] of Object.entries(entries)) {
    if (contract?.kind !== 'message' && contract?.kind !== 'request') {
      throw new SignalboxError(
        'CONTRACT_INVALID',
        `protocol ${name}: ${handler} is neither a message nor a request`,
      )
    }
    const twin = seen.get(contractKey(contract))
    if (twin !== undefined) {
      throw new SignalboxError(
        'CONTRACT_INVALID',
        `protocol ${name}: ${twin} and ${handler} are the same contract`,
      )
    }
    seen.set(contractKey(contract), handler)
  }
  if (seen.size === 0) throw new SignalboxError('CONTRACT_INVALID', `protocol ${name}: it has no entries`)
  return Object.freeze({ kind: 'protocol', name, entries: Object.freeze({ ...entries }) })
}

/** What two nodes agree on by: kind, name and version as one text, such as `message orders.placed@1`. */
export function contractKey(contract: Named<string>): string {
  return `${contract.kind} ${contract.name}@${contract.version}`
}

function named<K extends string>(kind: K, name: string, options: ContractOptions | undefined): Named<K> {
  if (!NAME.test(name)) throw badName(kind, name)
  const version = options?.version ?? 1
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new SignalboxError(
      'CONTRACT_INVALID',
      `${kind} ${name}: version ${version} is not a positive integer`,
    )
  }
  return { kind, name, version }
}

function badName(kind: string, name: string): SignalboxError {
  return new SignalboxError(
    'CONTRACT_INVALID',
    `${kind} ${JSON.stringify(name)}: a name is letters and digits, joined by single '.', '-' or '_'`,
  )
}
