import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reporter, SerializedError, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { type Evidence, type LedgerRow, render, rowsWithoutEvidence, tagsOf } from './ledger-page.js'

/** The projects that together show what the ledger lists: POSIX and Windows. */
const wholeRun = ['linux', 'wine']

/**
 * Keeps test/LEDGER.md: which tests show each invariant of the link and each sentence of the
 * transport table. Tests say so themselves by a tag in their name, `[I7]` or `[tcp: peer-death]`.
 * In CI a row that is due and that no passing test shows fails the run.
 */
export class LedgerReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    const vitest = this.#vitest
    if (!vitest || reason === 'interrupted' || !(await isWhole(vitest, modules))) return
    const folder = join(vitest.config.root, 'test')
    const { rows } = JSON.parse(readFileSync(join(folder, 'ledger.json'), 'utf8')) as { rows: LedgerRow[] }
    const evidence = evidenceIn(modules)

    const known = new Set(rows.map(row => row.id))
    const unknown = [...new Set(evidence.map(({ tag }) => tag))].filter(tag => !known.has(tag))
    complain('Tags in test names that test/ledger.json does not list', unknown)
    complain(
      'Rows of test/ledger.json that are due and that no passing test shows',
      rowsWithoutEvidence(rows, evidence).map(({ id }) => id),
    )
    // A failure would take its tests off the page, and the next run put them back.
    if (reason === 'passed' && errors.length === 0) {
      writeIfChanged(join(folder, 'LEDGER.md'), render(rows, evidence))
    }
  }
}

/** Not a run of some files, of some tests, or of one platform. */
async function isWhole(vitest: Vitest, modules: readonly TestModule[]): Promise<boolean> {
  const projects = vitest.projects.map(project => project.name)
  if (vitest.config.testNamePattern || !wholeRun.every(name => projects.includes(name))) return false
  return modules.length === (await vitest.globTestSpecifications()).length
}

function evidenceIn(modules: readonly TestModule[]): Evidence[] {
  const passed = modules
    .flatMap(module => [...module.children.allTests('passed')])
    .map(test => ({ file: test.module.relativeModuleId, test: test.fullName, project: test.project.name }))
  return passed.flatMap(test => tagsOf(test.test).map(tag => ({ tag, ...test })))
}

function complain(what: string, items: readonly string[]): void {
  if (items.length === 0) return
  console.error(`${what}: ${items.join(', ')}`)
  if (process.env['CI']) process.exitCode = 1
}

function writeIfChanged(file: string, text: string): void {
  if (readOrEmpty(file) !== text) writeFileSync(file, text)
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
