import type { Reporter } from 'vitest/node'

/** Says before the run what it will not show as it should. */
export class PreambleReporter implements Reporter {
  readonly #warnings: readonly string[]

  constructor(warnings: readonly string[]) {
    this.#warnings = warnings
  }

  onTestRunStart(): void {
    for (const warning of this.#warnings) console.warn(warning)
  }
}
