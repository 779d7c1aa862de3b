// src -> dist, then the programs that import it by its name: examples, the bench and the peers of
// two-process tests -> .cache/build. Skipped when no input has changed since the last build that succeeded.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { projectCache, root, SetupError } from './project.mjs'

const inputs = ['src', 'examples', 'bench', 'test/peers', 'test/support']
const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.peers.json']
const stampFile = join(projectCache, 'tsbuild', 'stamp')

const library = { project: 'tsconfig.build.json', state: 'build.tsbuildinfo', output: 'dist' }
const programs = { project: 'tsconfig.peers.json', state: 'peers.tsbuildinfo', output: '.cache/build' }

/** Throws when the compiler finds an error; what it could emit is there all the same. */
export const buildAll = () =>
  withLock(join(projectCache, 'locks', 'build'), () => {
    const stamp = digestOfInputs()
    if (isBuilt(stamp)) return
    rmSync(stampFile, { force: true })
    compile(library)
    makeExecutable(join(root, 'dist', 'cli', 'main.js'))
    if (hasSources('examples') || hasSources('test/peers')) compile(programs)
    mkdirSync(join(projectCache, 'tsbuild'), { recursive: true })
    writeFileSync(stampFile, stamp)
  })

/** What tells this build from all others. */
export const stampOfBuild = () => readFileSync(stampFile, 'utf8')

/** Whether what is built is what the sources say. */
export const isUpToDate = () => isBuilt(digestOfInputs())

/** @param {string} stamp */
const isBuilt = stamp =>
  existsSync(stampFile) && existsSync(join(root, 'dist')) && readFileSync(stampFile, 'utf8') === stamp

function digestOfInputs() {
  const hash = createHash('sha256')
  for (const file of [...settings, ...inputs.flatMap(filesIn)]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/** @param {{ project: string, state: string, output: string }} target */
function compile({ project, state, output }) {
  // Without its output the compiler's memory of it would make it emit nothing.
  if (!existsSync(join(root, output))) rmSync(join(projectCache, 'tsbuild', state), { force: true })
  removeOrphans(output)
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(process.execPath, [compiler, '-p', project], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new SetupError(`${project} does not compile; the errors are above`)
}

/**
 * The compiler leaves the output of sources that are gone, and a test or a published package would
 * still find it.
 * @param {string} output
 */
function removeOrphans(output) {
  const sources = output === 'dist' ? 'src' : '.'
  for (const file of filesIn(output)) {
    const source = join(
      root,
      sources,
      file.slice(output.length + 1).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts'),
    )
    if (!existsSync(source)) rmSync(join(root, file))
  }
}

/** @param {string} folder */
const hasSources = folder => filesIn(folder).some(file => file.endsWith('.ts'))

/**
 * @param {string} folder relative to the project
 * @returns {string[]} every file below it, relative to the project, with slashes
 */
function filesIn(folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

/** @param {string} file */
function makeExecutable(file) {
  if (existsSync(file)) chmodSync(file, 0o755)
}
