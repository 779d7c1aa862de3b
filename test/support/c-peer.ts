import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestContext } from 'vitest'
import { readTestEnvironment } from '../../scripts/setup/test-environment.mjs'

const onWindows = process.platform === 'win32'
const built = resolve(import.meta.dirname, '../../.cache/foreign', onWindows ? 'windows' : 'posix')

/**
 * Starts `test/foreign/<name>.c`, as compiled for this side. The caller ends it. Skips the running test on a machine
 * without the compiler.
 * @param stdio what its standard streams are. @default pipes to its input and output
 */
export function startCPeer(
  context: TestContext,
  name: string,
  args: readonly string[],
  stdio: StdioOptions = ['pipe', 'pipe', 'inherit'],
): ChildProcess {
  return spawn(cProgram(context, name), args, { stdio })
}

/** The program that `test/foreign/<name>.c` was compiled to. Skips the running test on a machine without the compiler. */
export function cProgram(context: TestContext, name: string): string {
  const program = resolve(built, onWindows ? `${name}.exe` : name)
  if (!existsSync(program)) {
    const { gcc, mingw } = readTestEnvironment()
    const compiler = onWindows ? mingw : gcc
    if (!compiler.usable) context.skip(compiler.reason)
    throw new Error(`${program} is missing; run node scripts/build-foreign.mjs`)
  }
  return program
}
