import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { crash } from '../support/fixture.js'
import { scaled } from '../support/scale.js'

const fixtures = resolve(import.meta.dirname, '../fixtures/shared-memory')
const freshName = () => `sbtest.${randomUUID().slice(0, 8)}`

/** Node 20 cannot detach buffers. */
const UNDETACHABLE = '--import=data:text/javascript,delete ArrayBuffer.prototype.transfer'

/** What the fixture sends before it ends; a fault of it would end it with a signal and nothing sent. */
async function outcomeOf(
  fixture: string,
  args: readonly string[],
  execArgv: string[] = [],
): Promise<Outcome> {
  const child = fork(resolve(fixtures, fixture), args, { execArgv })
  onTestFinished(() => crash(child))
  let sent: unknown
  child.on('message', message => {
    sent = message
  })
  const [code, signal] = await once(child, 'exit')
  return { code, signal, sent }
}

interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly sent: unknown
}

interface Counts {
  readonly mappings: number
  /** Those that have the memory's name. */
  readonly shared: number
  /** Or file descriptors. */
  readonly handles: number
}

const endings: Array<[what: string, ending: string]> = [
  ['it was closed', 'close'],
  ['nobody closed it, and only views are left', 'forget'],
  ['other memory is opened in its place', 'reopen'],
  ['others go on with it', 'shared'],
  ['it was open for reading', 'reader'],
  ['a thread of zlib is at work on it', 'thread'],
]

describe.each([
  ['as this runtime has them', []],
  ['that cannot be detached', [UNDETACHABLE]],
])('what is left of shared memory, with buffers %s', (_what, execArgv) => {
  it.each(endings)('can be touched when %s, by code that was optimized too', async (_what, ending) => {
    const outcome = await outcomeOf('touches.mjs', [freshName(), ending], execArgv)
    expect(outcome).toEqual({ code: 0, signal: null, sent: { done: expect.any(Number) } })
  })

  it('is no mapping and no handle, however often it is opened and closed', async () => {
    const outcome = await outcomeOf('cycles.mjs', [freshName(), String(scaled(1000, 10_000))], execArgv)
    expect(outcome).toMatchObject({ code: 0, signal: null })
    const { before, during, after } = outcome.sent as Record<'before' | 'during' | 'after', Counts>
    expect(after.shared).toBe(0)
    expect(after.handles).toBe(before.handles)
    // The garbage collector and its threads map memory, too: not in proportion to the cycles.
    expect(after.mappings).toBeLessThan(before.mappings + 150)
    // Even though nobody asked for a collection.
    expect(during.mappings).toBeLessThan(before.mappings + 400)
  })
})
