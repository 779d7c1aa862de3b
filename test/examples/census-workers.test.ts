import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Counter, Scanner } from '../../examples/census/contracts.js'
import { countFile } from '../../examples/census/count.js'
import { followProgress } from '../../examples/census/progress.js'
import { startScanner } from '../../examples/census/scanner.js'
import { startWorker } from '../../examples/census/worker.js'
import { type Node, startNode } from '../../src/index.js'

const FILES = 100
/** What a worker has at once. */
const AT_ONCE = 16

let home: string
let folder: string
const nodes: Node[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sb-'))
  vi.stubEnv('SIGNALBOX_RUNTIME_DIR', join(home, 'run'))
  vi.stubEnv('SIGNALBOX_NAMESPACE', `census-${process.pid}`)
  folder = join(home, 'files')
  await mkdir(folder)
  for (let index = 0; index < FILES; index++) await writeFile(join(folder, `${index}.js`), `f(${index})\n`)
})

afterEach(async () => {
  await Promise.all(nodes.splice(0).map(node => node.close()))
  vi.unstubAllEnvs()
  // Windows removes a file when the last reader closed it: a node that watched the others may be one.
  await rm(home, { recursive: true, force: true, maxRetries: 10 })
})

async function started(starting: Promise<Node>): Promise<Node> {
  const node = await starting
  nodes.push(node)
  return node
}

/** A worker that counts like any other, and does something else first. */
async function startOddWorker(name: string, first: (node: Node, path: string) => unknown): Promise<void> {
  const node = await started(startNode({ name }))
  await node.spawn(Counter, () => ({
    async count({ path, content }) {
      await first(node, path)
      return countFile(path, content)
    },
  }))
}

/** A worker that leaves at its fifth file. */
function startQuitter(name: string): Promise<void> {
  let files = 0
  return startOddWorker(name, node => {
    if (++files === 5) void node.close()
  })
}

async function take(workers: string[]) {
  await started(startScanner('scanner'))
  const node = await started(startNode({ name: 'reporter' }))
  const progress$ = followProgress(node, folder, workers)
  const answer = node.ref(Scanner, 'signalbox://scanner/scanner').ask.census({ folder, workers })
  return { answer, progress$ }
}

describe('a census', () => {
  it('gives the files of a worker that leaves to another one, and counts each once', async () => {
    await startQuitter('worker-1')
    await started(startWorker('worker-2'))
    const { answer, progress$ } = await take(['worker-1', 'worker-2'])
    const finished = firstValueFrom(progress$.pipe(filter(({ total }) => total.files >= FILES)))
    expect(await answer).toMatchObject({ counted: FILES, skipped: 0, lost: ['worker-1'] })
    const { total, share } = await finished
    expect(total).toMatchObject({ files: FILES, lines: FILES, tokens: 4 * FILES })
    expect((share.get('worker-1') ?? 0) + (share.get('worker-2') ?? 0)).toBe(FILES)
  })

  it('fails when no worker is left', async () => {
    await startQuitter('worker-1')
    await startQuitter('worker-2')
    const { answer } = await take(['worker-1', 'worker-2'])
    await expect(answer).rejects.toThrow(/no worker is left for \d+ files/)
  })

  it('fails when a worker cannot count a file', async () => {
    await startOddWorker('worker-1', (_node, path) => {
      if (path.endsWith('50.js')) throw new Error('50 is too much')
    })
    const { answer } = await take(['worker-1'])
    await expect(answer).rejects.toThrow('50 is too much')
  })

  it('gives a worker that does not answer no more files than it may have at once', async () => {
    let open = () => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    await startOddWorker('worker-1', () => gate)
    await started(startWorker('worker-2'))
    const { answer, progress$ } = await take(['worker-1', 'worker-2'])
    const progressed = (files: number) =>
      firstValueFrom(progress$.pipe(filter(({ total }) => total.files >= files)))
    const { share } = await progressed(FILES - AT_ONCE)
    expect(share.get('worker-1')).toBe(0)
    open()
    await answer
    expect((await progressed(FILES)).share.get('worker-1')).toBe(AT_ONCE)
  })
})
