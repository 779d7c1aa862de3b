/** What is told: an object, as most messages are. */
export interface Told {
  readonly number: number
}

/** One kind of actors within a process, or of what a program would use in their place. */
export interface Actors<A = unknown> {
  /** Starts one under a name of its own. */
  spawn(name: string, handle: (told: Told) => void): A | Promise<A>
  /** @throws when it is not taken */
  tell(actor: A, told: Told): void
  /** Starts one that answers; absent where nothing can be asked. */
  answering?(answer: (told: Told) => number): Promise<(told: Told) => Promise<number>>
  /** Ends one. */
  stop(name: string, actor: A): void | Promise<void>
  close(): void | Promise<void>
}
