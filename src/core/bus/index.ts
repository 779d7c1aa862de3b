export type { MessageStream, StreamOptions } from './message-stream.js'
export type { ObserveOptions, Overflow } from './overflow.js'
export { States } from './states.js'
export { type Publication, Topics } from './topics.js'
