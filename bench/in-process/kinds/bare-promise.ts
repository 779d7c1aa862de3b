import type { Actors } from '../actors.js'

/** The least that answers later: a promise that is resolved at once. */
export const barePromises: Actors<never> = {
  spawn: () => {
    throw new Error('a promise cannot be told anything')
  },
  tell: () => {},
  answering: async answer => told => new Promise(resolve => resolve(answer(told))),
  stop: () => {},
  close: () => {},
}
