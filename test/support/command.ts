import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { built } from './built.js'
import { crash } from './fixture.js'

const main = built('dist/cli/main')

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a command is started with. */
export interface CommandOptions {
  /** Its working folder and, unless `env` says otherwise, its runtime folder. */
  readonly folder: string
  readonly env?: NodeJS.ProcessEnv
  /** What comes on its stdin. @default nothing */
  readonly stdin?: string
  /** Descriptors of this process that it has as 3, and so on. @default none */
  readonly inherits?: readonly number[]
}

/** The built `signalbox` command in a process of its own; it is killed when the running test ends. */
export class RunningCommand {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''
  readonly #ended: Promise<unknown[]>

  constructor(args: readonly string[], { folder, env = {}, stdin = '', inherits = [] }: CommandOptions) {
    this.process = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { ...process.env, SIGNALBOX_RUNTIME_DIR: folder, ...env },
      stdio: ['pipe', 'pipe', 'pipe', ...inherits],
    })
    this.process.stdout?.setEncoding('utf8').on('data', text => {
      this.stdout += text
    })
    this.process.stderr?.setEncoding('utf8').on('data', text => {
      this.stderr += text
    })
    this.process.stdin?.on('error', () => {}) // it may end before it has read all
    this.process.stdin?.end(stdin)
    this.#ended = once(this.process, 'close')
    onTestFinished(() => crash(this.process))
  }

  /** When it has ended and all that it said was read. */
  async ended(): Promise<Ended> {
    await this.#ended
    return { code: this.process.exitCode, stdout: this.stdout, stderr: this.stderr }
  }

  /** Where it says it listens. */
  async listening(): Promise<string> {
    await this.#until(() => this.stderr.includes('\n'), this.process.stderr)
    const address = /^listening on (\S+)\n/.exec(this.stderr)?.[1]
    if (address === undefined) throw new Error(`it does not listen: ${this.stderr}`)
    return address
  }

  /** When it has printed that many lines. */
  async printed(lines: number): Promise<string[]> {
    await this.#until(() => this.stdout.split('\n').length > lines, this.process.stdout)
    return this.stdout.split('\n').slice(0, lines)
  }

  async #until(holds: () => boolean, output: NodeJS.ReadableStream | null): Promise<void> {
    while (!holds()) {
      const over = this.#ended.then(() => 'over')
      const more = output === null ? over : once(output, 'data')
      if ((await Promise.race([more, over])) === 'over' && !holds()) {
        throw new Error(`it ended with ${this.process.exitCode}: ${this.stderr}`)
      }
    }
  }
}

/** Runs the command to its end. */
export function runCommand(args: readonly string[], options: CommandOptions): Promise<Ended> {
  return new RunningCommand(args, options).ended()
}
