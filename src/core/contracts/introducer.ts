import type { Address } from './address.js'

/** What an introduction takes besides the address. */
export interface IntroductionOptions {
  /** Gives up when it fires; the promise rejects with `ABORTED`. */
  readonly signal?: AbortSignal
}

/** The two ends of a mechanism that has no names. Each belongs to one connection, and may be handed over once. */
export type EndPair<End> = readonly [End, End]

/** Ends that arrive for one address. */
export interface Expectation {
  /** No more will arrive, and the address is free. Closing twice is harmless. */
  close(): void
}

/**
 * The third party that both sides know, where the mechanism between them has no names: it hands the one end of a
 * pair to whoever expects it. It may have known both sides from the start, as the parent of two processes does.
 */
export interface Introducer {
  /**
   * Lets ends arrive that are meant for `address`. `arrived` is never called from inside.
   * @throws SignalboxError `ADDRESS_IN_USE` where somebody else expects ends for it
   */
  expect(address: Address, arrived: (end: unknown) => void): Promise<Expectation>
  /**
   * The end whose other one was given to whoever expects it at `address`.
   * @param pair makes two ends, for introducers that have none of their own
   * @throws SignalboxError `NO_LISTENER` where nobody does whom this introducer knows; `ABORTED`
   */
  introduce(address: Address, pair: () => EndPair<unknown>, options?: IntroductionOptions): Promise<unknown>
}
