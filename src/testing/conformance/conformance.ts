import { randomInt } from 'node:crypto'
import type { Capabilities } from '../../core/contracts/capabilities.js'
import { reasonOf } from '../../core/contracts/errors.js'
import { CaseContext } from './case-context.js'
import { conformanceCases } from './cases/index.js'
import type { Aspect, ConformanceCase, Exclusion } from './conformance-case.js'
import type { ConformanceTarget } from './conformance-target.js'
import { inOneFamily, inThreads } from './in-threads.js'
import type { OpenBody } from './peer-body.js'
import { inIntroducedProcess, inProcess } from './process-body.js'
import { openSurroundings, type Surroundings } from './surroundings.js'
import { inThread } from './thread-body.js'
import { drivenOf, hasConnections } from './transport-source.js'

/** How thorough a run is. */
export interface ConformanceOptions {
  /** How many frames prove order. @default 10,000 */
  readonly frames?: number
  /** How many connections are opened and closed when leaks are looked for. @default 200 */
  readonly cycles?: number
  /** How many small messages go through a link. @default 100,000 */
  readonly messages?: number
  /** Bytes of the largest message that goes through a link. @default 64 MiB */
  readonly largest?: number
  /** Milliseconds within which a transport has to notice what it promises to notice. @default 10,000 */
  readonly patience?: number
  /** What all contents follow from. @default a random one, which failures report */
  readonly seed?: number
  /** Told what a case measured, beside how it came out: a sentence that begins with the case's title. @default nobody is */
  readonly report?: (measured: string) => void
}

/** A case for one transport, ready to run. */
export interface BoundCase {
  /** `[tcp: peer-death] closed tells the survivor when an idle peer is killed (bare track)` */
  readonly title: string
  readonly name: string
  readonly aspect: Aspect
  /** Why it says nothing about this transport; undefined when it is to be run. */
  readonly exclusion: Exclusion | undefined
  /** @throws what the transport got wrong, and the seed. */
  run(): Promise<void>
}

/** All cases for one transport. They run one at a time; disposing ends the other processes. */
export interface ConformanceSuite extends AsyncDisposable {
  readonly cases: readonly BoundCase[]
}

/**
 * What every transport has to keep, as cases that any test runner can run. Which of them apply
 * follows from the transport's descriptor alone, and each case that does not says why.
 *
 * @example
 * ```ts
 * import { afterAll, test } from 'vitest'
 *
 * const suite = conformance({
 *   transport: tcp(),
 *   source: { module: 'signalbox/transports/tcp', factory: 'tcp' },
 *   address: () => parseAddress('tcp://127.0.0.1:0'),
 * })
 * registerConformance(suite, {
 *   test,
 *   skip: (title, reason) => console.log(`left out: ${title}, because of ${reason}`),
 *   afterAll,
 * })
 * ```
 */
export function conformance(target: ConformanceTarget, options: ConformanceOptions = {}): ConformanceSuite {
  const driven = drivenOf(target.transport, target.completes)
  const capabilities = {
    'bare track': target.transport.describe(target.address()),
    link: driven.link.describe(target.address()),
  }
  const seed = options.seed ?? randomInt(2 ** 31)
  let surroundings: Promise<Surroundings> | undefined

  async function run(testCase: ConformanceCase): Promise<void> {
    surroundings ??= openSurroundings(target.source, bodyFor(capabilities['bare track']))
    const { context: pluginContext, peers } = await surroundings
    const context = new CaseContext({
      target,
      driven,
      over: testCase.over,
      capabilities: capabilities[testCase.over],
      pluginContext,
      peers,
      seed,
      frames: options.frames ?? 10_000,
      cycles: options.cycles ?? 200,
      messages: options.messages ?? 100_000,
      largest: options.largest ?? 64 * 1024 * 1024,
      patience: options.patience ?? 10_000,
      report: measured => options.report?.(`${titleOf(testCase, target)}: ${measured}`),
    })
    try {
      await Promise.race([testCase.run(context), context.failure])
    } catch (error) {
      throw new Error(`${reasonOf(error)} (seed ${seed})`, { cause: error })
    } finally {
      await context[Symbol.asyncDispose]()
    }
  }

  return {
    cases: conformanceCases.map(testCase => ({
      title: titleOf(testCase, target),
      name: testCase.name,
      aspect: testCase.aspect,
      exclusion: exclusionOf(testCase, target, capabilities[testCase.over]),
      run: () => run(testCase),
    })),
    [Symbol.asyncDispose]: async () => {
      await (await surroundings)?.[Symbol.asyncDispose]()
    },
  }
}

/** What the other side lives in. */
function bodyFor(capabilities: Capabilities): OpenBody {
  if (inThreads(capabilities)) return inThread
  return inOneFamily(capabilities) ? inIntroducedProcess : inProcess
}

function titleOf({ name, aspect, over }: ConformanceCase, { transport }: ConformanceTarget): string {
  return `[${transport.name}: ${aspect}] ${name} (${over})`
}

function exclusionOf(
  testCase: ConformanceCase,
  { transport, platformFaults = {} }: ConformanceTarget,
  capabilities: Capabilities,
): Exclusion | undefined {
  const fault = platformFaults[testCase.name]
  if (fault !== undefined) return { capability: 'platforms', because: fault }
  if (!capabilities.platforms.includes(process.platform)) {
    return { capability: 'platforms', because: `it does not exist on ${process.platform}` }
  }
  if (testCase.over === 'bare track' && !hasConnections(transport)) {
    return {
      capability: 'shape',
      because: 'it has no connections, and the link runs over those that are made of it',
    }
  }
  for (const excludes of testCase.unless ?? []) {
    const exclusion = excludes(capabilities, transport.shape)
    if (exclusion !== undefined) return exclusion
  }
  return undefined
}
