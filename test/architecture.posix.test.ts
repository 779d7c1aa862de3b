import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** One import each: the importing file, the imported one, and the rule that it breaks. */
const breaches = [
  ['src/cli/a.ts', 'examples/a.ts', 'layer-cli'],
  ['src/index.ts', 'src/cli/a.ts', 'layer-public-face'],
  ['src/composition/a.ts', 'src/cli/a.ts', 'layer-composition'],
  ['src/core/actors/a.ts', 'src/composition/a.ts', 'layer-actors-and-bus'],
  ['src/core/bus/a.ts', 'src/index.ts', 'layer-actors-and-bus'],
  ['src/core/node/a.ts', 'src/core/actors/a.ts', 'layer-node'],
  ['src/core/routing/a.ts', 'src/core/node/a.ts', 'layer-routing'],
  ['src/core/link/a.ts', 'src/core/routing/a.ts', 'layer-link'],
  ['src/core/tracks/a.ts', 'src/core/link/a.ts', 'layer-tracks'],
  ['src/core/contracts/a.ts', 'src/core/link/a.ts', 'layer-contracts'],
  ['src/core/contracts/a.ts', 'src/core/tracks/a.ts', 'layer-contracts'],
  ['src/transports/tcp/a.ts', 'src/core/tracks/a.ts', 'plug-ins-know-contracts-only'],
  ['src/core/node/a.ts', 'src/transports/tcp/a.ts', 'core-knows-no-plug-in'],
  ['src/core/link/a.ts', 'src/codecs/a.ts', 'core-knows-no-plug-in'],
  ['src/core/contracts/a.ts', 'src/native/posix/a.ts', 'core-knows-no-plug-in'],
  ['src/transports/tcp/a.ts', 'src/core/link/a.ts', 'plug-ins-know-contracts-only'],
  ['src/codecs/a.ts', 'src/core/node/a.ts', 'plug-ins-know-contracts-only'],
  ['src/native/win32/a.ts', 'src/composition/a.ts', 'plug-ins-know-contracts-only'],
  ['src/codecs/a.ts', 'src/native/posix/a.ts', 'codecs-and-native-know-no-plug-in'],
  ['src/native/win32/a.ts', 'src/transports/tcp/a.ts', 'codecs-and-native-know-no-plug-in'],
  ['src/transports/tcp/a.ts', 'src/codecs/a.ts', 'transports-know-no-codec'],
  ['src/transports/tcp/a.ts', 'src/transports/memory/a.ts', 'transports-are-islands'],
  ['src/transports/file-mapping/a.ts', 'src/transports/shared-memory/a.ts', 'transports-are-islands'],
  ['src/transports/broadcast-ring/a.ts', 'src/transports/shared-memory/a.ts', 'transports-are-islands'],
  ['src/transports/socket/a.ts', 'src/transports/tcp/a.ts', 'shared-folders-know-no-transport'],
  ['src/transports/segment/a.ts', 'src/transports/shared-memory/a.ts', 'shared-folders-know-no-transport'],
  [
    'src/transports/segment/connection/a.ts',
    'src/transports/socket/a.ts',
    'shared-folders-know-no-transport',
  ],
  ['src/composition/a.ts', 'src/testing/a.ts', 'testing-is-for-tests'],
  ['src/testing/a.ts', 'src/cli/a.ts', 'testing-knows-no-command'],
  ['src/core/link/a.ts', 'test/support/a.ts', 'sources-stand-alone'],
  ['examples/census/a.ts', 'src/core/node/a.ts', 'examples-use-the-public-face'],
  ['test/peers/a.ts', 'src/core/node/a.ts', 'programs-run-the-build'],
  ['bench/a.ts', 'src/core/link/a.ts', 'programs-run-the-build'],
] as const

const permitted = [
  ['src/cli/a.ts', 'src/composition/a.ts'],
  ['src/composition/a.ts', 'src/transports/tcp/a.ts'],
  ['src/composition/a.ts', 'src/codecs/a.ts'],
  ['src/core/actors/a.ts', 'src/core/link/a.ts'],
  ['src/core/bus/a.ts', 'src/core/actors/a.ts'],
  ['src/core/node/a.ts', 'src/core/contracts/a.ts'],
  ['src/core/link/a.ts', 'src/core/tracks/a.ts'],
  ['src/core/tracks/a.ts', 'src/core/contracts/a.ts'],
  ['src/core/node/a.ts', 'src/core/node/b.ts'],
  ['src/transports/tcp/a.ts', 'src/core/contracts/a.ts'],
  ['src/transports/tcp/a.ts', 'src/transports/socket/a.ts'],
  ['src/transports/broadcast-ring/a.ts', 'src/transports/segment/a.ts'],
  ['src/transports/file-mapping/a.ts', 'src/transports/segment/connection/a.ts'],
  ['src/transports/segment/connection/a.ts', 'src/transports/segment/a.ts'],
  ['src/transports/tcp/a.ts', 'src/native/posix/a.ts'],
  ['src/native/win32/a.ts', 'src/native/posix/a.ts'],
  ['src/testing/a.ts', 'src/core/bus/a.ts'],
  ['test/a.ts', 'src/core/link/a.ts'],
] as const

type Import = readonly [from: string, to: string, rule?: string]

describe('the rules of the layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-layers-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  describe('forbid', () => {
    let broken: unknown[]

    beforeAll(() => {
      broken = lint(projectOf(join(folder, 'breaches'), breaches))
    })

    it.each(breaches)('%s to import %s', (from, to, rule) => {
      expect(broken).toContainEqual({ rule, from, to })
    })
  })

  it('forbid a circle', () => {
    const circle = [
      ['src/cli/a.ts', 'src/cli/b.ts'],
      ['src/cli/b.ts', 'src/cli/a.ts'],
    ] as const
    expect(lint(projectOf(join(folder, 'circle'), circle))).toMatchObject([{ rule: 'no-cycles' }])
  })

  it('forbid an import that leads nowhere', () => {
    const project = projectOf(join(folder, 'lost'), [['src/cli/a.ts', 'src/cli/b.ts']])
    rmSync(join(project, 'src/cli/b.ts'))
    expect(lint(project)).toMatchObject([{ rule: 'imports-resolve', from: 'src/cli/a.ts' }])
  })

  it('permit what points downwards', () => {
    expect(lint(projectOf(join(folder, 'permitted'), permitted))).toEqual([])
  })
})

/** Writes a project whose files do nothing but import each other. */
function projectOf(folder: string, imports: readonly Import[]): string {
  for (const file of new Set([...imports.map(([from]) => from), ...imports.map(([, to]) => to)])) {
    const lines = imports
      .filter(([from]) => from === file)
      .map(([, to]) => `import '${pathBetween(file, to)}'`)
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${lines.join('\n')}\n`)
  }
  writeFileSync(join(folder, 'tsconfig.json'), '{}')
  return folder
}

function pathBetween(from: string, to: string): string {
  const path = relative(dirname(from), to).replace(/[.]ts$/, '.js')
  return path.startsWith('.') ? path : `./${path}`
}

/** Runs the linter as `npm run lint` does. */
function lint(project: string): Array<{ rule: string; from: string; to: string }> {
  const root = resolve(import.meta.dirname, '..')
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const rules = join(root, '.dependency-cruiser.cjs')
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, '.', '--config', rules, '--output-type', 'json'],
    { cwd: project, encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: Array<{ rule: { name: string }; from: string; to: string }> }
  }
  return summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }))
}
