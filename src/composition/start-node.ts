import 'reflect-metadata'
import { Container, type ContainerModule } from 'inversify'
import { json } from '../codecs/json.js'
import { msgpack } from '../codecs/msgpack.js'
import { v8 } from '../codecs/v8.js'
import { ActorSystem } from '../core/actors/index.js'
import { States, Topics } from '../core/bus/index.js'
import {
  type AnyTransport,
  type Codec,
  type ConnectionTransport,
  parseAddress,
  reasonOf,
} from '../core/contracts/index.js'
import type { Way } from '../core/link/index.js'
import { ContractTable, DeadLetters, Directory, Peers, type Service } from '../core/node/index.js'
import { Costs, oneTrack, tracksAbove, tracksByCost } from '../core/routing/index.js'
import { completed } from '../core/tracks/index.js'
import { processTable } from '../native/process-table.js'
import { builtinTransports } from './builtin-transports.js'
import { CalibrationFile } from './calibration/calibration-file.js'
import { type CodecName, type Config, type ConfigInput, loadConfig, usualTransports } from './config/index.js'
import { instantiateFrom } from './instantiate.js'
import { Node } from './node.js'
import { sharedSecret } from './shared-secret.js'
import { introducedOver, reportToStarter } from './starter.js'
import { systemContext } from './system-context.js'
import { systemLog } from './system-log.js'

/** What {@link startNode} takes. */
export interface NodeOptions {
  /** How others find it; unique in its namespace. */
  readonly name: string
  /** What actors and their dependencies are injected from. @default none */
  readonly modules?: readonly ContainerModule[]
  /** Beats the configuration file and the environment. */
  readonly config?: ConfigInput
  /** The folder from which upwards `signalbox.config.*` is looked for. @default the working directory */
  readonly cwd?: string
  /** Transports beside those that come with Signalbox; one of the same name replaces it. @default none */
  readonly transports?: readonly AnyTransport[]
  /**
   * Whether messages between actors of this process are frozen, so that a receiver that changes one is found out.
   * @default unless NODE_ENV is `production`
   */
  readonly freeze?: boolean
}

const codecs: Readonly<Record<CodecName, () => Codec>> = { msgpack, json, v8 }

/**
 * Starts a node: reads the configuration, listens, and enters the directory. A node keeps its process alive
 * until it is closed.
 * @throws SignalboxError `CONFIG_INVALID`, `NAME_TAKEN`, `ADDRESS_IN_USE`, `ACCESS_DENIED`, `TRANSPORT_UNKNOWN`, `TRANSPORT_UNAVAILABLE`
 * @example
 * await using shop = await startNode({ name: 'shop' })
 */
export async function startNode(options: NodeOptions): Promise<Node> {
  const transports = connectionTransports(options.transports ?? [])
  const config = await loadConfig({
    transports: transports.map(({ name }) => name),
    usual: await usable(transports, usualTransports),
    ...(options.config === undefined ? {} : { overrides: options.config }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const context = await systemContext({
    runtimeFolder: config.runtimeFolder,
    log: systemLog(config.log.level),
  })
  const costs = new Costs()
  // A start does not wait for it: until it is read, and without it, costs are what is typical.
  const calibration = new CalibrationFile(config.cacheFolder)
  const calibrated = calibration.feed(costs).then(unmeasured => {
    if (unmeasured !== undefined)
      context.log.debug('costs are typical ones: signalbox calibrate measures them', { because: unmeasured })
  })
  const incarnation = context.random.bytes(16)
  const freeze = options.freeze ?? process.env['NODE_ENV'] !== 'production'
  const contracts = new ContractTable()
  const deadLetters = new DeadLetters()
  const services = new Map<string, Service>()
  const { prefer, only, never } = config.transports
  const preferences = { prefer, only, never }
  const { tracks, resume } = config.link
  const capabilitiesOf = ({ transport, address }: Way) =>
    transports.find(({ name }) => name === transport)?.describe(parseAddress(address))
  const byCost = resume === 0 ? oneTrack : tracksByCost({ costs, preferences, capabilitiesOf })
  const plan = tracks === undefined ? byCost : tracksAbove(tracks)
  const peers = new Peers({
    self: options.name,
    namespace: config.namespace,
    incarnation,
    transports,
    preferences,
    costs,
    listen: placesOf(config.transports),
    allowRemote: config.transports.allowRemote,
    users: config.transports.users,
    nodes: config.nodes,
    directory: new Directory({
      folder: context.runtimeFolder,
      namespace: config.namespace,
      processes: processTable,
      log: context.log,
    }),
    codecs: config.codec.map(name => codecs[name]()),
    link: config.link,
    plan,
    secret: await sharedSecret(config),
    patience: config.ask.timeout,
    contracts,
    services,
    context,
  })
  const states = new States({
    incarnation: Buffer.from(incarnation).toString('hex'),
    contracts,
    peers,
    freeze,
    log: context.log,
  })
  const topics = new Topics({ contracts, peers, freeze, deadLetter: letter => deadLetters.add(letter) })
  const actors = new ActorSystem({
    node: options.name,
    contracts,
    clock: context.clock,
    log: context.log,
    patience: config.ask.timeout,
    mailbox: config.mailbox,
    freeze,
    instantiate: instantiateFrom(containerOf(options.modules ?? [])),
    remote: node => peers.node(node),
    deadLetter: letter => deadLetters.add(letter),
    provide: (key, value) => states.provide(key, value),
  })
  services.set('actor', actors).set('topic', topics).set('state', states)
  await peers.open()
  const node = new Node({
    name: options.name,
    namespace: config.namespace,
    calibrated,
    recalibrate: () =>
      calibration.refresh(costs.observed).catch((error: unknown) => {
        context.log.debug('the calibration was not refreshed', { reason: reasonOf(error) })
      }),
    peers,
    actors,
    topics,
    states,
    deadLetters,
  })
  reportToStarter(node)
  return node
}

/** Whoever can be introduced can be reached so, wherever else it listens. */
function placesOf({ listen }: Config['transports']): string[] {
  return [...new Set([...listen, ...introducedOver()])]
}

function containerOf(modules: readonly ContainerModule[]): Container {
  const container = new Container()
  container.load(...modules)
  return container
}

/** Those of `names` that work on this machine. */
async function usable(
  transports: readonly ConnectionTransport[],
  names: readonly string[],
): Promise<string[]> {
  const asked = transports.filter(({ name }) => names.includes(name))
  const answers = await Promise.all(asked.map(transport => transport.availability()))
  return asked.flatMap(({ name }, place) => (answers[place]?.usable ? [name] : []))
}

/** Nodes are linked by connections, which are made of what other transports have. */
function connectionTransports(extra: readonly AnyTransport[]): ConnectionTransport[] {
  const byName = new Map<string, ConnectionTransport>()
  for (const transport of [...builtinTransports(), ...extra]) {
    byName.set(transport.name, completed(transport))
  }
  return [...byName.values()]
}
