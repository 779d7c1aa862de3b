import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { type TalliedTest, type Tally, tallyTable } from './tally-table.js'

declare module 'vitest' {
  interface TaskMeta {
    /** What a test of chance did and what came of it. */
    tally?: Tally
  }
}

/**
 * Ends a run with a table of what its tests of chance did, and what came of it: in a storm of all of them, else of those that
 * failed, because their seeds repeat it.
 */
export class TallyReporter implements Reporter {
  /** @param storm whether it is a run with large counts, of which somebody wants to know what they came to */
  constructor(private readonly storm: boolean) {}

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const shown = tests
      .filter(test => this.storm || test.result().state === 'failed')
      .map(talliedTest)
      .filter(test => test !== undefined)
    if (shown.length === 0) return
    // On exit, because vitest's own summary is still to come.
    process.once('exit', () => console.log(`${tallyTable(shown)}\n`))
  }
}

function talliedTest(test: TestCase): TalliedTest | undefined {
  const { tally } = test.meta()
  if (tally === undefined) return undefined
  return {
    ...tally,
    name: `${test.project.name} > ${test.module.relativeModuleId} > ${test.fullName}`,
    failed: test.result().state === 'failed',
    milliseconds: test.diagnostic()?.duration ?? 0,
  }
}
