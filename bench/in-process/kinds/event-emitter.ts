import { EventEmitter } from 'node:events'
import type { Actors } from '../actors.js'

/** The least that passes on a message: it is handled within the call. */
export const eventEmitters: Actors<EventEmitter> = {
  spawn: (_name, handle) => new EventEmitter().on('told', handle),
  tell: (emitter, told) => void emitter.emit('told', told),
  stop: () => {},
  close: () => {},
}
