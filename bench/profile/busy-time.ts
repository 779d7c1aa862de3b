import { basename, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a process did with its time, as V8 sampled it: without what it took to load modules. */
export interface BusyTime {
  /** ms. */
  readonly busy: number
  /** ms in which it waited for something. */
  readonly idle: number
  /** Where the busy time went, the most first; of each the share from 0 to 1. */
  readonly parts: readonly Share[]
  /** Functions by what they took themselves, without what they called. */
  readonly functions: readonly Share[]
}

export interface Share {
  readonly name: string
  readonly share: number
}

/** What `node --cpu-prof` writes, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: Place
    readonly children?: readonly number[]
  }[]
  /** The node that ran, at each sample. */
  readonly samples: readonly number[]
  /** µs since the sample before. */
  readonly timeDeltas: readonly number[]
}

interface Place {
  readonly functionName: string
  /** Empty for what is not JavaScript. */
  readonly url: string
  /** From 0. */
  readonly lineNumber: number
}

/** Functions that are listed. */
const LISTED = 20

/** Adds up the samples of a profile. */
export function busyTimeOf({ nodes, samples, timeDeltas }: CpuProfile): BusyTime {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const loading = idsBelow(nodes, ({ callFrame }) => callFrame.url.startsWith('node:internal/modules/'))
  const parts = new Tally()
  const functions = new Tally()
  let idle = 0
  let busy = 0
  for (const [at, id] of samples.entries()) {
    const place = places.get(id)
    const took = (timeDeltas[at + 1] ?? 0) / 1000
    if (place === undefined || loading.has(id)) continue
    if (place.functionName === '(idle)') {
      idle += took
      continue
    }
    const file = fileOf(place.url)
    busy += took
    parts.add(partOf(place.functionName, file), took)
    functions.add(placeInWords(place, file), took)
  }
  return { busy, idle, parts: parts.shares(busy), functions: functions.shares(busy).slice(0, LISTED) }
}

class Tally {
  readonly #sums = new Map<string, number>()

  add(name: string, amount: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + amount)
  }

  shares(of: number): Share[] {
    const all = [...this.#sums].map(([name, sum]) => ({ name, share: sum / of }))
    return all.sort((a, b) => b.share - a.share)
  }
}

/** All nodes that `isRoot`, and what is called by them. */
function idsBelow(
  nodes: CpuProfile['nodes'],
  isRoot: (node: CpuProfile['nodes'][number]) => boolean,
): Set<number> {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const below = new Set<number>()
  const open = nodes.filter(isRoot).map(({ id }) => id)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (below.has(id)) continue
    below.add(id)
    open.push(...(byId.get(id)?.children ?? []))
  }
  return below
}

function placeInWords({ functionName, lineNumber }: Place, file: string): string {
  const name = functionName || '(anonymous)'
  return file === '' ? name : `${name} ${file}:${lineNumber + 1}`
}

/** From the project's folder on, and nothing of what lies above it. */
function fileOf(url: string): string {
  if (!url.startsWith('file:')) return url
  const path = fileURLToPath(url).replaceAll(sep, '/')
  const from = /\/(?:dist|node_modules|\.cache\/build)\/.*$/.exec(path)
  return from?.[0].slice(1) ?? basename(path)
}

/** The part that a function belongs to: a folder of ours, a package, Node, or the system call itself. */
function partOf(name: string, file: string): string {
  const own = /^dist\/((?:core\/|transports\/)?[^/]+)/.exec(file)?.[1]
  if (own !== undefined) return own
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)\/[^/]*(?!.*node_modules)/.exec(file)?.[1]
  if (packaged !== undefined) return packaged
  if (file.startsWith('.cache/build/bench')) return 'the bench itself'
  if (file.startsWith('node:')) return 'Node'
  if (file !== '') return file
  return name.startsWith('(') ? name : `native ${name}`
}
