import { resolve } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { isUpToDate } from './scripts/setup/build.mjs'
import { readTestEnvironment } from './scripts/setup/test-environment.mjs'
import { ClosingReporter } from './tools/reporters/closing.js'
import { LedgerReporter } from './tools/reporters/ledger.js'
import { winePool } from './tools/wine-pool/pool.js'

const { wine } = readTestEnvironment()
const src = resolve(import.meta.dirname, 'src')

const native = { linux: 'linux', darwin: 'macos', win32: 'windows' }[
  process.platform as 'linux' | 'darwin' | 'win32'
]
/** ms; under test:storm a test is bounded by what it was asked to do. */
const patience = process.env['SIGNALBOX_STORM'] ? 3_600_000 : undefined

const forPosix = ['test/**/*.posix.test.ts', 'test/**/*.linux.test.ts']
const forWindows = ['test/**/*.windows.test.ts']

const projects: TestProjectInlineConfiguration[] = [
  {
    extends: true,
    test: {
      name: native ?? process.platform,
      provide: { project: native ?? process.platform },
      exclude:
        native === 'windows'
          ? forPosix
          : native === 'linux'
            ? forWindows
            : [...forWindows, 'test/**/*.linux.test.ts'],
      pool: 'forks',
      testTimeout: patience ?? 20_000,
      hookTimeout: patience ?? 20_000,
    },
  },
]

if (wine.usable) {
  projects.push({
    extends: true,
    test: {
      name: 'wine',
      provide: { project: 'wine' },
      exclude: forPosix,
      pool: winePool(wine),
      // A node.exe for each file would cost four seconds a file.
      isolate: false,
      testTimeout: patience ?? 60_000,
      hookTimeout: patience ?? 60_000,
    },
  })
} else if (process.platform === 'linux') {
  if (process.env['CI']) throw new Error(`${wine.reason}; in CI that is a failure.`)
  console.warn(`${wine.reason}.`)
}

if (!isUpToDate()) {
  console.warn(
    'The build is older than the sources, and the processes that tests fork run the build: npm run build',
  )
}

export default defineConfig({
  resolve: {
    // Specs see the sources; only processes of their own run what is built.
    alias: [
      { find: /^signalbox$/, replacement: `${src}/index.ts` },
      { find: /^signalbox\/testing$/, replacement: `${src}/testing/index.ts` },
      { find: /^signalbox\/transports\/(.+)$/, replacement: `${src}/transports/$1/index.ts` },
      { find: /^signalbox\/codecs\/(.+)$/, replacement: `${src}/codecs/$1.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['reflect-metadata'],
    reporters: ['default', new LedgerReporter(), new ClosingReporter()],
    coverage: { provider: 'istanbul', include: ['src/**'] },
    projects,
  },
})

declare module 'vitest' {
  interface ProvidedContext {
    project: string
  }
}
