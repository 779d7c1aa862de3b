/**
 * The public face of Signalbox: what applications program against. Transports, codecs and the test kit
 * have entries of their own: `signalbox/transports/<name>`, `signalbox/codecs/<name>`, `signalbox/testing`.
 */
export { type Config, type ConfigInput, defineConfig, loadConfig } from './composition/config/index.js'
export { Node } from './composition/node.js'
export {
  type NodeProgram,
  type SpawnNodeOptions,
  type StandardStream,
  spawnNode,
} from './composition/processes/spawn-node.js'
export { type ExitStatus, SpawnedNode } from './composition/processes/spawned-node.js'
export { type NodeOptions, startNode } from './composition/start-node.js'
export { type SystemContextOptions, systemContext } from './composition/system-context.js'
export { type SpawnWorkerOptions, spawnWorkerNode } from './composition/threads/spawn-worker-node.js'
export { WorkerNode } from './composition/threads/worker-node.js'
export {
  type ActorClass,
  type ActorContext,
  type ActorFunction,
  type ActorRef,
  type Ask,
  type Behaviour,
  type MailboxOptions,
  type MailboxOverflow,
  Self,
  type Send,
  type SendOptions,
  type SpawnOptions,
  type Tell,
} from './core/actors/index.js'
export type { MessageStream, ObserveOptions, Overflow, Publication, StreamOptions } from './core/bus/index.js'
export * from './core/contracts/index.js'
export { type FramedOptions, framed } from './core/link/index.js'
export type { AskOptions, DeadLetter, Explanation, LinkReport, PeerEvent } from './core/node/index.js'
export type { Cost, Need, Preferences, Ranked, Rejection, Requirements, Rule } from './core/routing/index.js'
