/** A process that was started with handles of this one. This process does not end by itself before it. */
export interface InheritingProcess {
  readonly pid: number
  /** Resolves when it has ended, with its exit code, or with the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** Ends it as kill -9 and TerminateProcess do; harmless when it has ended. */
  kill(): void
}
