// test/foreign/*.c -> .cache/foreign/{posix,windows}: programs that know nothing of Signalbox, for tests
// to talk with. Each is compiled for both sides, `x.posix.c` and `x.windows.c` for one only. A program
// is compiled again when its source or the flags changed. Run by the preparation of `npm test`, because
// a test under Wine can start a program and not compile it.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './setup/lock.mjs'
import { exists, projectCache, root, run } from './setup/project.mjs'

const sources = join(root, 'test', 'foreign')
const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror']
const onWindows = process.platform === 'win32'

/**
 * @typedef {object} Side
 * @property {string} name
 * @property {string} compiler
 * @property {string} extension of its programs
 * @property {RegExp} others which sources are not for it
 */

/** @type {Side[]} */
const sides = [
  ...(onWindows ? [] : [{ name: 'posix', compiler: 'cc', extension: '', others: /\.windows\.c$/ }]),
  {
    name: 'windows',
    compiler: onWindows ? 'gcc' : 'x86_64-w64-mingw32-gcc',
    extension: '.exe',
    others: /\.posix\.c$/,
  },
]

/** Compiles what is missing or has changed, for each side whose compiler is installed. */
export const buildForeign = () =>
  withLock(join(projectCache, 'locks', 'foreign'), () => {
    const files = existsSync(sources) ? readdirSync(sources).filter(file => file.endsWith('.c')) : []
    for (const side of sides.filter(({ compiler }) => exists(compiler))) {
      for (const file of files) if (!side.others.test(file)) compile(file, side)
    }
  })

/**
 * @param {string} file
 * @param {Side} side
 */
function compile(file, { name, compiler, extension }) {
  const source = join(sources, file)
  const digest = createHash('sha256').update(readFileSync(source)).update(flags.join(' ')).digest('hex')
  const folder = join(projectCache, 'foreign', name)
  const program = join(folder, file.replace(/(\.posix|\.windows)?\.c$/, extension))
  const stamp = `${program}.sha256`
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  mkdirSync(folder, { recursive: true })
  // Moved into place when it is whole: a test may be starting the one before.
  const draft = `${program}.${process.pid}${extension}`
  run(compiler, [...flags, '-o', draft, source])
  renameSync(draft, program)
  writeFileSync(stamp, digest)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildForeign()
