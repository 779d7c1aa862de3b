import { resolve } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { isUpToDate } from './scripts/setup/build.mjs'
import { readTestEnvironment } from './scripts/setup/test-environment.mjs'
import { ClosingReporter } from './tools/reporters/closing.js'
import { LedgerReporter } from './tools/reporters/ledger.js'
import { PreambleReporter } from './tools/reporters/preamble.js'
import { TallyReporter } from './tools/reporters/tally.js'
import { winePool } from './tools/wine-pool/pool.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The name of the project that runs the test. */
    project: string
  }
}

const src = resolve(import.meta.dirname, 'src')

/** Set by `npm run test:storm`. */
const storm = Boolean(process.env['SIGNALBOX_STORM'])

const forLinux = 'test/**/*.linux.test.ts'
const forPosix = 'test/**/*.posix.test.ts'
const forWindows = 'test/**/*.windows.test.ts'

const nativeProjects = {
  linux: { name: 'linux', exclude: [forWindows] },
  darwin: { name: 'macos', exclude: [forWindows, forLinux] },
  win32: { name: 'windows', exclude: [forPosix, forLinux] },
}

/**
 * How long a test may take before it counts as hung: a guard, with room for a loaded machine.
 * @param timeout ms; under test:storm a test takes as long as what it was asked to do
 */
const patience = (timeout: number) => {
  const testTimeout = storm ? 24 * 3_600_000 : timeout
  return { testTimeout, hookTimeout: testTimeout }
}

/** Under Windows the second processes of the conformance suite come from a bundle, too. */
const bundledSuite = [
  {
    find: /^\.\/compiled-entry\.js$/,
    replacement: resolve(import.meta.dirname, 'test/support/bundled-entry.ts'),
  },
]

function nativeProject(): TestProjectInlineConfiguration {
  const platform = nativeProjects[process.platform as keyof typeof nativeProjects] ?? nativeProjects.linux
  return {
    extends: true,
    resolve: { alias: process.platform === 'win32' ? bundledSuite : [] },
    test: { ...platform, ...patience(60_000), provide: { project: platform.name }, pool: 'forks' },
  }
}

function wineProject(wine: { node: string; prefix: string }): TestProjectInlineConfiguration {
  return {
    extends: true,
    resolve: { alias: bundledSuite },
    test: {
      name: 'wine',
      exclude: [forPosix, forLinux],
      ...patience(120_000),
      provide: { project: 'wine' },
      pool: winePool(wine),
      // A node.exe of its own for each file would cost four seconds a file.
      isolate: false,
    },
  }
}

const projects = [nativeProject()]
const warnings: string[] = []

const { wine } = readTestEnvironment()
if (wine.usable) {
  projects.push(wineProject(wine))
} else if (process.platform === 'linux') {
  if (process.env['CI']) throw new Error(`${wine.reason}; in CI that is a failure.`)
  warnings.push(`${wine.reason}.`)
}
if (!isUpToDate()) {
  warnings.push(
    'The build is older than the sources, and the processes that tests fork run the build: npm run build',
  )
}

export default defineConfig({
  resolve: {
    // Specs see the sources; only processes of their own run what is built.
    alias: [
      { find: /^signalbox$/, replacement: `${src}/index.ts` },
      { find: /^signalbox\/testing$/, replacement: `${src}/testing/index.ts` },
      { find: /^signalbox\/synchronisation$/, replacement: `${src}/native/synchronisation/index.ts` },
      { find: /^signalbox\/transports\/(.+)$/, replacement: `${src}/transports/$1/index.ts` },
      { find: /^signalbox\/codecs\/(.+)$/, replacement: `${src}/codecs/$1.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['reflect-metadata'],
    // What was measured on this machine must not decide how a test comes out.
    env: { SIGNALBOX_CACHE_FOLDER: '.cache/nothing-measured' },
    reporters: [
      'default',
      new PreambleReporter(warnings),
      new LedgerReporter(),
      new TallyReporter(storm),
      new ClosingReporter(),
    ],
    coverage: { provider: 'istanbul', include: ['src/**'] },
    // Most of a test's time is waiting for another process: as many workers as cores would leave one idle.
    maxWorkers: 3,
    projects,
  },
})
