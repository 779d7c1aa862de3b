export { type ActorContext, Self } from './actor-context.js'
export type { ActorRef, Ask, Send, SendOptions, Tell } from './actor-ref.js'
export { ActorSystem, type SpawnOptions } from './actor-system.js'
export {
  type ActorClass,
  type ActorFunction,
  type Behaviour,
  type Instantiate,
  isActorClass,
} from './behaviour.js'
export { type MailboxOptions, type MailboxOverflow, mailboxOverflows } from './mailbox.js'
