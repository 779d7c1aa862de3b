import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scriptOf } from '../../bench/pair/payload.js'
import { Receiver } from '../../bench/pair/receiver.js'
import type { Run } from '../../bench/report/run.js'
import { crash } from '../support/fixture.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const main = resolve(import.meta.dirname, '../../.cache/build/bench/main.js')

async function bench(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => crash(child))
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { code: child.exitCode, stdout }
}

describe('the bench', () => {
  it('lets entrants of two ends each do the same work, and writes down what came of it', async () => {
    const folder = temporaryFolder()
    const few = ['--rounds', '1', '--count', '100', '--out', folder, '--json']
    const { code, stdout } = await bench(
      '--only',
      'typed-tell,frames-64,ask-64',
      '--among',
      'memory,worker,named-pipe,net',
      ...few,
    )
    expect(code).toBe(0)
    const run = JSON.parse(stdout) as Run
    const measured = run.results.map(({ comparison, entries }) => [
      comparison.name,
      entries.map(entry => ('figures' in entry ? [entry.entrant, entry.figures.count] : entry)),
    ])
    const everybody = [
      ['named-pipe', 100],
      ['net', 100],
    ]
    expect(measured).toEqual([
      ['typed-tell', everybody],
      ['frames-64', [['memory', 100], ['worker', 100], ...everybody]],
      ['ask-64', everybody],
    ])
    const page = readFileSync(join(folder, `${process.platform}.md`), 'utf8')
    expect(page).toContain('| typed-tell | named-pipe: rate to net |')
    expect(readFileSync(join(folder, `${process.platform}.svg`), 'utf8')).toContain('</svg>')
  })

  it('lets actors of one process do the same work', async () => {
    const works = ['tell', 'ring', 'ask', 'spawn'].map(work => `in-process-${work}`)
    const few = ['--rounds', '1', '--count', '100', '--json']
    const among = 'signalbox,EventEmitter,bare promise'
    const { code, stdout } = await bench('--only', works.join(), '--among', among, ...few)
    expect(code).toBe(0)
    const { results } = JSON.parse(stdout) as Run
    expect(results.map(({ comparison }) => comparison.name)).toEqual(works)
    expect(results.flatMap(({ entries }) => entries.filter(entry => 'missing' in entry))).toEqual([])
  })

  it('has rows that grow, each with more than the one above it', async () => {
    const few = ['--rounds', '1', '--count', '2000', '--json']
    const only = 'growth-processes,growth-actors,growth-subscriptions'
    const { code, stdout } = await bench('--only', only, '--among', 'named-pipe to 2,1,1000', ...few)
    expect(code).toBe(0)
    const { results } = JSON.parse(stdout) as Run
    const measured = results.map(({ entries }) =>
      entries.map(entry => ('figures' in entry ? [entry.entrant, entry.figures.count] : entry)),
    )
    const sizes = [
      ['1', 2000],
      ['1000', 2000],
    ]
    expect(measured).toEqual([[['named-pipe to 2', 2000]], sizes, sizes])
  })

  it('has rows of records in a file, and of a ring that others hear', async () => {
    const few = ['--rounds', '1', '--count', '100', '--json']
    const only = 'journal-append,journal-read,growth-readers'
    const { code, stdout } = await bench(
      '--only',
      only,
      '--among',
      'journal,writev,broadcast-ring to 1',
      ...few,
    )
    expect(code).toBe(0)
    const { results } = JSON.parse(stdout) as Run
    const measured = results.flatMap(({ entries }) =>
      entries.map(entry => ('figures' in entry ? [entry.entrant, entry.figures.count] : entry)),
    )
    const everybody = ['journal', 'writev', 'journal', 'broadcast-ring to 1']
    expect(measured).toEqual(everybody.map(name => [name, 100]))
  })

  it('refuses work that it does not know', async () => {
    expect((await bench('--only', 'everything')).code).toBe(2)
  })
})

describe('a receiver of the bench', () => {
  const script = scriptOf({ kind: 'bytes', size: 64 })
  const copyOf = (n: number) => Uint8Array.from(script.message(n) as Uint8Array)

  it('takes a round whose messages all come, in order', async () => {
    const receiver = new Receiver(script, false)
    receiver.begin(2)
    for (const n of [0, 1]) receiver.receive(copyOf(n))
    await receiver.complete()
  })

  it.each([
    ['is missing', [copyOf(0), copyOf(2)]],
    ['comes twice', [copyOf(0), copyOf(0)]],
    ['is torn', [copyOf(0), copyOf(1).fill(0, 60)]],
    ['is too short', [copyOf(0), copyOf(1).subarray(0, 60)]],
  ])('fails a round in which one %s', async (_, messages) => {
    const receiver = new Receiver(script, false)
    receiver.begin(2)
    for (const message of messages) receiver.receive(message)
    await expect(receiver.complete()).rejects.toThrow(/message 1 is not what was sent/)
  })
})
