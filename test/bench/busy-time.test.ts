import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { busyTimeOf, type CpuProfile } from '../../bench/profile/busy-time.js'

const inProject = (file: string) => pathToFileURL(resolve(import.meta.dirname, '../..', file)).href

function nodeOf(
  id: number,
  functionName: string,
  url = '',
  children: number[] = [],
): CpuProfile['nodes'][number] {
  return { id, callFrame: { functionName, url, lineNumber: 9 }, children }
}

describe('the busy time of a process', () => {
  it('is shared among functions, and the parts they belong to, without waiting and loading', () => {
    const time = busyTimeOf({
      nodes: [
        nodeOf(1, '(idle)'),
        nodeOf(2, 'offer', inProject('dist/core/link/outbound-lane.js')),
        nodeOf(3, 'unpack', inProject('node_modules/msgpackr/unpack.js')),
        nodeOf(4, 'load', 'node:internal/modules/esm/loader', [5]),
        nodeOf(5, 'readSync', 'node:fs'),
        nodeOf(6, 'writeBuffer'),
      ],
      samples: [2, 1, 5, 3, 6],
      timeDeltas: [0, 6000, 50_000, 9000, 3000, 1000],
    })
    expect(time).toMatchObject({ busy: 10, idle: 50 })
    expect(time.parts).toEqual([
      { name: 'core/link', share: 0.6 },
      { name: 'msgpackr', share: 0.3 },
      { name: 'native writeBuffer', share: 0.1 },
    ])
    expect(time.functions.map(({ name }) => name)).toEqual([
      'offer dist/core/link/outbound-lane.js:10',
      'unpack node_modules/msgpackr/unpack.js:10',
      'writeBuffer',
    ])
  })
})
