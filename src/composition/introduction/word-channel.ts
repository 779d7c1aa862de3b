/** What carries words, and ends, between two members of a tree: one that started the other. */
export interface WordChannel<End> {
  /**
   * Says something, and hands an end over with it, which is the other side's from now on. An end that cannot be
   * handed over is closed.
   * @throws SignalboxError where `end` cannot be handed over
   */
  say(word: object, end?: End): void
  /**
   * Begins to hear, once.
   * @param heard what the other side says, as it says it: it may be anything
   * @param gone the other side has ended; nothing is heard any more
   */
  hear(heard: (word: object, end: End | undefined) => void, gone: () => void): void
  /** Keeps this member alive, or no longer; as long as nobody says so, it does not. */
  ref(): void
  unref(): void
}
