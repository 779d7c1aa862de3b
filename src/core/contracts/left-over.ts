/** Something that a process made in the system and did not remove, because it was killed. */
export type LeftOver = OwnLeftOver | AwaitedLeftOver | ForeignLeftOver

interface LeftOverThing {
  /** What it is: `shared memory`, `socket`. */
  readonly kind: string
  /** Its path, or its name in the system. */
  readonly name: string
  /** Who left it: `process 4711, which has ended`. */
  readonly of: string
}

/** One of this user's. */
export interface OwnLeftOver extends LeftOverThing {
  readonly whose: 'this user'
  /**
   * Removes it, unless a living process has that name by now.
   * @returns whether it is gone
   */
  remove(): Promise<boolean>
}

/** One that tells whoever uses it next something, and stays for that. */
export interface AwaitedLeftOver extends LeftOverThing {
  readonly whose: 'the next user'
  /** Why it stays: `its next owner has to hear …`. */
  readonly because: string
}

/** One of another user's, which is left alone. */
export interface ForeignLeftOver extends LeftOverThing {
  readonly whose: 'another user'
  /** The user's number. */
  readonly uid: number
}
