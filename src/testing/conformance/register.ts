import type { BoundCase, ConformanceSuite } from './conformance.js'

/** What the suite needs of a test runner. */
export interface TestRunner {
  /** Declares a test. */
  test(title: string, run: () => Promise<void>): void
  /** Declares a test that is left out, and why. */
  skip(title: string, reason: string): void
  /** Runs after the last test. */
  afterAll(run: () => Promise<void>): void
}

/** Declares every case of `suite` as a test. */
export function registerConformance(suite: ConformanceSuite, runner: TestRunner): void {
  for (const testCase of suite.cases) {
    if (testCase.exclusion === undefined) runner.test(testCase.title, () => testCase.run())
    else runner.skip(testCase.title, reasonFor(testCase.exclusion))
  }
  runner.afterAll(async () => {
    await suite[Symbol.asyncDispose]()
  })
}

function reasonFor({ capability, because }: NonNullable<BoundCase['exclusion']>): string {
  return `${capability}: ${because}`
}
