export { DialledSession } from './dialled-session.js'
export { ListeningNode, type SessionReceiver } from './listening-node.js'
export type { SessionSettings, Way } from './session-settings.js'
