import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { built } from './built.js'
import { crash } from './fixture.js'

/** What an example is started with. */
export interface ExampleOptions {
  readonly args?: readonly string[]
  /** Beside what this process has. */
  readonly env?: NodeJS.ProcessEnv
  /** @default this process's */
  readonly cwd?: string
  /** Whether it leads a process group, as under a terminal. @default false */
  readonly group?: boolean
}

/** How an example ended, and all that it said. */
export interface EndedExample {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `examples/<path>.ts`, as built, in a process of its own; it is killed when the running test ends. */
export class RunningExample {
  readonly process: ChildProcess
  /** Its streams, when all that it said was read. */
  readonly ended: Promise<EndedExample>
  #said = { stdout: '', stderr: '' }

  constructor(path: string, { args = [], env = {}, cwd, group = false }: ExampleOptions = {}) {
    this.process = spawn(process.execPath, [built(`examples/${path}`), ...args], {
      cwd,
      detached: group,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const name of ['stdout', 'stderr'] as const) {
      this.process[name]?.setEncoding('utf8').on('data', (text: string) => {
        this.#said[name] += text
      })
    }
    this.ended = once(this.process, 'close').then(() => ({ code: this.process.exitCode, ...this.#said }))
    onTestFinished(() => crash(this.process))
  }

  /** When it has said `text`. @throws when it ended without that */
  async says(text: string, on: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    const over = this.ended.then(() => 'over')
    while (!this.#said[on].includes(text)) {
      const more = once(this.process[on] ?? this.process, 'data')
      if ((await Promise.race([more, over])) === 'over' && !this.#said[on].includes(text)) {
        throw new Error(`it ended without having said '${text}': ${this.#said.stdout}${this.#said.stderr}`)
      }
    }
  }
}
