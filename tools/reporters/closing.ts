import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node'

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was skipped, as the capability descriptor of what it tests has it. */
    capability?: string
  }
}

/**
 * Prints `N passed, N failed, N skipped` over all projects as the last line of the run. In CI a skip
 * without a reason fails the run: a test that silently never runs proves nothing.
 */
export class ClosingReporter implements Reporter {
  #root = ''

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const brokenModules = modules.filter(module => module.errors().length > 0)
    const inState = (state: string) => tests.filter(test => test.result().state === state)

    const unexplained = inState('skipped').filter(test => test.meta().capability === undefined)
    if (process.env['CI'] && unexplained.length > 0) {
      console.error('Skipped, and no capability says why (use skipUnless of test/support/capability.ts):')
      for (const test of unexplained) console.error(`  ${nameOf(test)}`)
      process.exitCode = 1
    }

    const failed = inState('failed').length + brokenModules.length + errors.length
    const line = `${inState('passed').length} passed, ${failed} failed, ${inState('skipped').length} skipped`
    this.#leave(line)
    // On exit, because vitest's own summary is still to come.
    process.once('exit', () => console.log(line))
  }

  /** For .ci/run, whose own last line it is. */
  #leave(line: string): void {
    const cache = join(this.#root, '.cache')
    mkdirSync(cache, { recursive: true })
    writeFileSync(join(cache, 'closing-line'), `${line}\n`)
  }
}

const nameOf = (test: TestCase) => `[${test.project.name}] ${test.module.relativeModuleId} > ${test.fullName}`
