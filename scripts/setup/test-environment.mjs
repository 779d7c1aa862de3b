// What the tests may use on this machine: found out and prepared once a run, read by
// vitest.config.ts, by the tests and by scripts/wine-node.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exists, projectCache, SetupError, say } from './project.mjs'
import { ensureSystemTools, systemTools } from './system-packages.mjs'
import { ensureWin32Packages } from './win32-packages.mjs'
import { ensureWinePrefix } from './wine-prefix.mjs'

/**
 * @typedef {{ usable: true, node: string, prefix: string } | { usable: false, reason: string }} Wine
 * @typedef {{ usable: true } | { usable: false, reason: string }} Tool
 * @typedef {{ wine: Wine, mingw: Tool, gcc: Tool }} TestEnvironment
 */

export const testEnvironmentFile = join(projectCache, 'test-environment.json')

/** Prepares everything, and says in one sentence each what could not be had. */
export async function prepareTestEnvironment() {
  const environment = process.platform === 'linux' ? await prepareOnLinux() : elsewhere()
  mkdirSync(projectCache, { recursive: true })
  writeFileSync(testEnvironmentFile, `${JSON.stringify(environment, undefined, 2)}\n`)
  if (process.platform !== 'linux') return
  const reasons = Object.values(environment).flatMap(tool => (tool.usable ? [] : [tool.reason]))
  if (process.env['CI'] && reasons.length > 0) {
    throw new SetupError(`in CI nothing may be missing: ${reasons.join('; ')}.`)
  }
  for (const reason of reasons) say(`${reason}.`)
}

/** @returns {TestEnvironment} as prepared last */
export function readTestEnvironment() {
  try {
    const environment = JSON.parse(readFileSync(testEnvironmentFile, 'utf8'))
    const { wine } = environment
    if (!wine.usable || (existsSync(wine.node) && existsSync(wine.prefix))) return environment
  } catch {
    // Never prepared: the same as a cache that was removed since.
  }
  return allUnusable(
    'the test environment is not prepared (npm run setup), so the tests of Windows code are skipped',
  )
}

/** @returns {Promise<TestEnvironment>} */
async function prepareOnLinux() {
  const missing = ensureSystemTools()
  return {
    wine: missing.wine ? { usable: false, reason: missing.wine } : await prepareWine(),
    mingw: toolWith(missing.mingw),
    gcc: toolWith(missing.gcc),
  }
}

/** @returns {Promise<Wine>} */
async function prepareWine() {
  try {
    return { usable: true, prefix: await ensureWinePrefix(), node: await ensureWin32Packages() }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return {
      usable: false,
      reason: `Wine could not be prepared, so the tests of Windows code are skipped: ${reason}`,
    }
  }
}

/**
 * On Windows the tests are native, and on macOS there is no Wine: nothing is installed, a compiler is
 * used where there is one.
 * @returns {TestEnvironment}
 */
function elsewhere() {
  const reason = `Windows code under Wine is tested on Linux, not on ${process.platform}`
  const compiler = toolWith(
    exists('gcc') ? undefined : `gcc is not installed, so ${systemTools.gcc.skipped} are skipped`,
  )
  const mingw = process.platform === 'win32' ? compiler : toolWith(reason)
  return { wine: toolWith(reason), mingw, gcc: compiler }
}

/**
 * @param {string} reason
 * @returns {TestEnvironment}
 */
const allUnusable = reason => ({ wine: toolWith(reason), mingw: toolWith(reason), gcc: toolWith(reason) })

/**
 * @param {string | undefined} reason
 * @returns {any}
 */
const toolWith = reason => (reason ? { usable: false, reason } : { usable: true })
