/** A process that was started with handles of this one. This process does not end by itself before it. */
export interface InheritingProcess {
  readonly pid: number
  /** Resolves when it has ended, with its exit code, or with the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** Ends it as kill -9 and TerminateProcess do; harmless when it has ended. */
  kill(): void
}

/** What a standard stream of the process is: this process's, or nothing. */
export type InheritedStream = 'inherit' | 'ignore'

/** What surrounds a process beside the handles that it inherits. */
export interface ProcessSurroundings {
  /** The folder that it begins in, as a whole path; undefined for this process's. */
  readonly cwd: string | undefined
  /** Its environment; undefined for this process's. */
  readonly env: NodeJS.ProcessEnv | undefined
  /** stdin, stdout and stderr. */
  readonly stdio: readonly [InheritedStream, InheritedStream, InheritedStream]
}

/** How a system starts a process that inherits handles, and no others. `program` is a whole path. */
export type StartInheriting = (
  program: string,
  handles: readonly number[],
  argumentsFor: (handles: readonly number[]) => readonly string[],
  surroundings: ProcessSurroundings,
) => InheritingProcess
