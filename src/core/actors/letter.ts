import type { Reply } from '../node/reply.js'
import type { LocalEntry } from './local-protocol.js'
import type { Item } from './mailbox.js'

/** A message in a mailbox. */
export class Letter implements Item<Letter> {
  next: Letter | undefined = undefined

  constructor(
    /** What it is, and who handles it. */
    readonly entry: LocalEntry,
    readonly value: unknown,
    /** Present when the sender waits for an answer. */
    readonly reply: Reply | undefined,
  ) {}
}
