import { openSync, writeSync } from 'node:fs'

/** What became of something that was tried. */
export type Fate =
  | 'taken' // a tell: it was let in, and its outcome shows elsewhere
  | 'refused' // a tell: there was no room
  | 'done' // accepted or answered
  | 'unknown' // the session ended first
  | 'given up' // the asker did not wait for the answer
  | 'failed' // it certainly was not handled, or its handler says so

/** How something was tried. */
export type Manner = 'tell' | 'send' | 'ask'

/** One line of a node's journal, in the order in which things happened to it. */
export type Entry =
  // as a sender
  | readonly ['tried', to: string, clerk: string, number: number, manner: Manner, era: number]
  | readonly ['fate', to: string, clerk: string, number: number, fate: Fate, code: string]
  /** A tell, one of those to this clerk, did not get there. */
  | readonly ['dead', to: string, clerk: string, outcome: 'rejected' | 'unknown', code: string]
  | readonly ['published', number: number, accepted: number, failed: number]
  | readonly ['set', count: number]
  // as a receiver
  | readonly ['heard', clerk: string, by: string, life: number, number: number]
  | readonly ['damaged', clerk: string, by: string, life: number, number: number]
  /** It was in a mailbox when its actor was stopped. */
  | readonly ['left', clerk: string, by: string, life: number, number: number]
  | readonly ['observed', by: string, life: number, number: number]
  | readonly ['read', by: string, life: number, number: number]
  | readonly ['level', of: string, life: number, count: number]
  | readonly ['peer', type: 'up' | 'down', node: string, incarnation: string, code: string]
  /** From here on everything that it tried has its outcome. */
  | readonly ['settled']

/** Writes down what happens, at once: a process that is killed loses nothing of it. */
export class Journal {
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, 'ax', 0o600)
  }

  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
  }
}
